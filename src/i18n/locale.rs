//! Owns which languages we speak.

use serde::{Deserialize, Serialize};

/// The longest language tag that is looked at (RFC 5646 §4.4.1).
const LONGEST_TAG: usize = 35;

/// A language that pages and mail are written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
    /// Italian.
    It,
}

impl Locale {
    /// Every language, in the order in which a person chooses.
    pub const ALL: [Self; 5] = [Self::En, Self::De, Self::Fr, Self::Es, Self::It];

    /// The language tag (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Es => "es",
            Self::It => "it",
        }
    }

    /// What the language is called by those who speak it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
            Self::Fr => "Français",
            Self::Es => "Español",
            Self::It => "Italiano",
        }
    }

    /// The language of a tag, whatever region or script it names: `de-AT` is German (RFC 4647 §3.4). Some write `de_AT`
    /// (OpenID Connect Core §5.1).
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        if tag.len() > LONGEST_TAG {
            return None;
        }
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|locale| locale.tag().eq_ignore_ascii_case(language))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_by_its_language() {
        for (tag, locale) in [
            ("de", Locale::De),
            ("de-AT", Locale::De),
            ("DE_ch", Locale::De),
            ("fr-Latn-CA", Locale::Fr),
            ("en-US", Locale::En),
            ("es-419", Locale::Es),
            ("it", Locale::It),
        ] {
            assert_eq!(Locale::parse(tag), Some(locale), "{tag}");
        }
        for tag in [
            "",
            "*",
            "se",
            "deu",
            "-de",
            "den-AT",
            &format!("de-{}", "a".repeat(40)),
        ] {
            assert_eq!(Locale::parse(tag), None, "{tag}");
        }
    }

    #[test]
    fn a_language_is_stored_as_its_tag() {
        for locale in Locale::ALL {
            let stored = serde_json::to_string(&locale).unwrap();
            assert_eq!(stored, format!("\"{}\"", locale.tag()));
            assert_eq!(serde_json::from_str::<Locale>(&stored).unwrap(), locale);
        }
    }
}
