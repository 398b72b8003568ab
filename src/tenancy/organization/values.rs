//! Owns what an organization may set: its plan, its feature flags and its looks. Each is a closed word or a small
//! JSON object; what they mean is known to the products that read them.

use serde_json::{Map, Value};
use url::Url;

/// What an organization pays for. The `tier` claim is another thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Nothing.
    Free,
    /// The first paid one.
    Starter,
    /// For professionals.
    Professional,
    /// For agencies.
    Agency,
    /// By contract.
    Enterprise,
}

impl Plan {
    /// Every plan.
    pub const ALL: [Self; 5] = [
        Self::Free,
        Self::Starter,
        Self::Professional,
        Self::Agency,
        Self::Enterprise,
    ];

    /// The name that is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Starter => "starter",
            Self::Professional => "professional",
            Self::Agency => "agency",
            Self::Enterprise => "enterprise",
        }
    }

    /// The plan of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plan| plan.name() == name)
    }
}

/// The most bytes of an object as JSON.
const LARGEST: usize = 8 * 1024;
const MOST_FLAGS: usize = 100;
/// How deep looks may be nested.
const DEEPEST: usize = 4;

/// Why settings are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The name of a flag.
    #[error("flag: 1 to 64 of a-z 0-9 . _ - beginning with a letter")]
    FlagName,
    /// The value of a flag.
    #[error("flag: the value is true, false, a number, or a text of at most 200 characters")]
    FlagValue,
    /// How many flags.
    #[error("flags: at most {MOST_FLAGS} for one organization")]
    TooManyFlags,
    /// No object.
    #[error("branding: a JSON object")]
    NoObject,
    /// More than fits.
    #[error("branding: at most {LARGEST} bytes of JSON, nested at most {DEEPEST} deep")]
    TooLarge,
    /// A location that is not fetched safely.
    #[error(
        "branding: `logo`, and what ends in `_url` or `_uri`, are https URLs without user name and password"
    )]
    Url,
    /// A colour that is none.
    #[error("branding: what ends in `_color` is a colour such as #1a2b3c")]
    Color,
    /// A NUL, which PostgreSQL's JSON does not hold.
    #[error("branding: no NUL characters")]
    Nul,
}

/// What is switched on or off for an organization: a flat object of names and plain values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeatureFlags(Map<String, Value>);

impl FeatureFlags {
    /// Sets a flag, or takes it away with none.
    pub fn set(&mut self, name: &str, value: Option<Value>) -> Result<(), SettingsError> {
        let well_formed = (1..=64).contains(&name.len())
            && name.starts_with(|character: char| character.is_ascii_lowercase())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte));
        if !well_formed {
            return Err(SettingsError::FlagName);
        }
        let Some(value) = value else {
            self.0.remove(name);
            return Ok(());
        };
        match &value {
            Value::Bool(_) | Value::Number(_) => {}
            Value::String(text) if text.chars().count() <= 200 && !text.contains('\0') => {}
            _ => return Err(SettingsError::FlagValue),
        }
        self.0.insert(name.to_owned(), value);
        if self.0.len() > MOST_FLAGS {
            return Err(SettingsError::TooManyFlags);
        }
        Ok(())
    }

    /// What stands in the database.
    pub(super) fn from_stored(value: Value) -> Option<Self> {
        match value {
            Value::Object(flags) => Some(Self(flags)),
            _ => None,
        }
    }

    /// The flags as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        Value::Object(self.0.clone())
    }
}

/// How an organization looks: logo, colours, texts, as its products agree on them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Branding(Map<String, Value>);

impl Branding {
    /// Reads looks. What is loaded from elsewhere is loaded over https.
    pub fn parse(value: Value) -> Result<Self, SettingsError> {
        let Value::Object(members) = value else {
            return Err(SettingsError::NoObject);
        };
        let text = serde_json::to_string(&members).map_err(|_| SettingsError::NoObject)?;
        if text.len() > LARGEST {
            return Err(SettingsError::TooLarge);
        }
        check(&members, 1)?;
        Ok(Self(members))
    }

    /// What stands in the database.
    pub(super) fn from_stored(value: Value) -> Option<Self> {
        match value {
            Value::Object(members) => Some(Self(members)),
            _ => None,
        }
    }

    /// The looks as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        Value::Object(self.0.clone())
    }
}

fn check(members: &Map<String, Value>, depth: usize) -> Result<(), SettingsError> {
    for (name, value) in members {
        if name.contains('\0') {
            return Err(SettingsError::Nul);
        }
        let name = name.to_ascii_lowercase();
        if name == "logo" || name.ends_with("_url") || name.ends_with("_uri") {
            if !value.is_null() && !value.as_str().is_some_and(is_https) {
                return Err(SettingsError::Url);
            }
        } else if name.ends_with("_color") && !value.is_null() && !value.as_str().is_some_and(is_color) {
            return Err(SettingsError::Color);
        }
        check_value(value, depth)?;
    }
    Ok(())
}

fn check_value(value: &Value, depth: usize) -> Result<(), SettingsError> {
    match value {
        Value::Object(_) | Value::Array(_) if depth >= DEEPEST => Err(SettingsError::TooLarge),
        Value::Object(members) => check(members, depth + 1),
        Value::Array(values) => values.iter().try_for_each(|value| check_value(value, depth + 1)),
        Value::String(text) if text.contains('\0') => Err(SettingsError::Nul),
        _ => Ok(()),
    }
}

fn is_https(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        url.scheme() == "https" && url.has_host() && url.username().is_empty() && url.password().is_none()
    })
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| {
        matches!(digits.len(), 3 | 4 | 6 | 8) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn flags_are_names_with_plain_values() {
        let mut flags = FeatureFlags::default();
        for value in [json!(true), json!(3), json!("b")] {
            assert_eq!(flags.set("beta.search", Some(value)), Ok(()));
        }
        assert_eq!(flags.to_json(), json!({ "beta.search": "b" }));
        for name in ["", "A", "1a", "a b", "ä", &"a".repeat(65)] {
            assert_eq!(
                flags.set(name, Some(json!(true))),
                Err(SettingsError::FlagName),
                "{name:?}"
            );
        }
        for value in [
            json!(null),
            json!({}),
            json!([1]),
            json!("x".repeat(201)),
            json!("\0"),
        ] {
            assert_eq!(flags.set("a", Some(value)), Err(SettingsError::FlagValue));
        }
        assert_eq!(flags.set("beta.search", None), Ok(()));
        assert_eq!(flags, FeatureFlags::default());
        for number in 0..MOST_FLAGS {
            flags.set(&format!("f{number}"), Some(json!(false))).unwrap();
        }
        assert_eq!(
            flags.set("more", Some(json!(true))),
            Err(SettingsError::TooManyFlags)
        );
    }

    #[test]
    fn looks_load_nothing_but_over_https() {
        let good = json!({ "logo_url": "https://cdn.example.com/a.svg", "primary_color": "#1a2b3c", "logo": null,
            "texts": { "welcome": "Hi", "help_url": "https://example.com" } });
        assert_eq!(Branding::parse(good.clone()).unwrap().to_json(), good);
        for logo in [
            json!("http://example.com/a.svg"),
            json!("javascript:alert(1)"),
            json!("data:image/svg+xml,x"),
            json!("//example.com/a.svg"),
            json!("https://user:word@example.com/a"),
            json!(1),
        ] {
            for name in ["logo", "logo_url", "Icon_URI"] {
                let refused = Branding::parse(json!({ "theme": { name: logo } }));
                assert_eq!(refused, Err(SettingsError::Url), "{logo}");
            }
        }
        assert_eq!(
            Branding::parse(json!({ "primary_color": "red;}" })),
            Err(SettingsError::Color)
        );
    }

    #[test]
    fn looks_are_small_and_flat() {
        assert_eq!(Branding::parse(json!([])), Err(SettingsError::NoObject));
        let deep = json!({ "a": { "a": { "a": { "a": {} } } } });
        assert_eq!(Branding::parse(deep), Err(SettingsError::TooLarge));
        assert_eq!(
            Branding::parse(json!({ "a": "x".repeat(LARGEST) })),
            Err(SettingsError::TooLarge)
        );
        assert_eq!(Branding::parse(json!({ "a\0": 1 })), Err(SettingsError::Nul));
        assert_eq!(Branding::parse(json!({ "a": ["\0"] })), Err(SettingsError::Nul));
    }
}
