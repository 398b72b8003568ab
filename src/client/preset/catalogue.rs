//! Owns what a preset is, and which there are.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::placeholders::Values;

/// Each preset's name and file, in the order of the names.
const FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/presets.rs"));

/// What one product needs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// What the product is called.
    pub title: String,
    /// The versions that it was tried with.
    pub tried: String,
    /// The product's own page about it.
    pub documentation: String,
    /// What the address means that has to be given, if one has to be.
    pub url: Option<String>,
    /// Such an address.
    pub url_example: Option<String>,
    /// Traps, one sentence each.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The client's metadata, with placeholders.
    pub metadata: Map<String, Value>,
    /// What to paste, with placeholders.
    pub configuration: Vec<Block>,
}

/// Something to paste.
#[derive(Debug, Clone, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// Where it belongs.
    #[serde(rename = "where")]
    pub place: String,
    /// Its language, as Markdown names it.
    pub language: String,
    /// The text.
    pub text: String,
}

/// Why a preset cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PresetError {
    /// A file of ours is broken.
    #[error("the preset {name} cannot be read")]
    Unreadable {
        /// Its name.
        name: &'static str,
        /// Where and why.
        #[source]
        source: toml::de::Error,
    },
    /// A file of ours asks for what there is not.
    #[error("the preset {name} has the placeholder %{placeholder}%, for which there is no value")]
    Placeholder {
        /// Its name.
        name: String,
        /// The placeholder.
        placeholder: String,
    },
}

/// The names of every preset, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

/// The preset of a name; none if there is no such.
pub fn find(name: &str) -> Result<Option<Preset>, PresetError> {
    let Some((name, text)) = FILES.iter().find(|(known, _)| *known == name) else {
        return Ok(None);
    };
    let preset = toml::from_str(text).map_err(|source| PresetError::Unreadable { name, source })?;
    Ok(Some(preset))
}

impl Preset {
    /// The client's metadata for an application at an address.
    pub fn metadata(&self, values: &Values) -> Result<Map<String, Value>, PresetError> {
        let filled = self.metadata.iter().map(|(field, value)| {
            let value = match value {
                Value::String(text) => Value::String(self.fill(values, text)?),
                Value::Array(texts) => texts
                    .iter()
                    .map(|value| match value {
                        Value::String(text) => Ok(Value::String(self.fill(values, text)?)),
                        other => Ok(other.clone()),
                    })
                    .collect::<Result<_, PresetError>>()?,
                other => other.clone(),
            };
            Ok((field.clone(), value))
        });
        filled.collect()
    }

    /// What to paste.
    pub fn blocks(&self, values: &Values) -> Result<Vec<Block>, PresetError> {
        let filled = self.configuration.iter().map(|block| {
            Ok(Block {
                place: self.fill(values, &block.place)?,
                language: block.language.clone(),
                text: self.fill(values, block.text.trim_start_matches('\n'))?,
            })
        });
        filled.collect()
    }

    fn fill(&self, values: &Values, text: &str) -> Result<String, PresetError> {
        values.fill(text).map_err(|placeholder| PresetError::Placeholder {
            name: self.title.clone(),
            placeholder,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{Change, NewClient};
    use crate::protocol::issuer::Issuer;

    #[test]
    fn every_preset_registers_a_client_and_says_what_to_paste() {
        let issuer = Issuer::parse("https://login.example.com").unwrap();
        for name in names() {
            let preset = find(name)
                .unwrap_or_else(|error| panic!("{name}: {error:?}"))
                .unwrap();
            assert_eq!(preset.url.is_some(), preset.url_example.is_some(), "{name}");
            let values =
                Values::of_issuer(&issuer).with_url(preset.url_example.as_deref().unwrap_or_default());
            let metadata = preset
                .metadata(&values)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let metadata = Change::new(metadata)
                .and_then(Change::create)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let new = NewClient::parse(name, metadata).unwrap_or_else(|error| panic!("{name}: {error}"));
            let values = values.with_client(name, Some("a secret"), new.metadata(), "a cookie secret");
            let blocks = preset
                .blocks(&values)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(!blocks.is_empty(), "{name}");
            assert!(
                blocks
                    .iter()
                    .any(|block| block.text.contains("https://login.example.com")),
                "{name}"
            );
            assert!(preset.documentation.starts_with("https://"), "{name}");
        }
    }
}
