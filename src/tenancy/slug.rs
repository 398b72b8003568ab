//! Owns slugs: the short names of organizations in addresses. They are never given twice, not even after a deletion.

use unicode_normalization::UnicodeNormalization as _;
use uuid::Uuid;

use crate::base::entropy::{self, Entropy};

/// Words that an address of ours, or of an application, could mean; and names of groups that applications give rights
/// to: a slug is the group of its members.
const RESERVED: [&str; 29] = [
    "me",
    "admin",
    "api",
    "auth",
    "login",
    "logout",
    "signup",
    "signin",
    "register",
    "settings",
    "new",
    "app",
    "www",
    "support",
    "help",
    "billing",
    "invite",
    "admins",
    "administrator",
    "administrators",
    "operators",
    "root",
    "staff",
    "sudo",
    "superuser",
    "superusers",
    "system",
    "wheel",
    "signet",
];
const LONGEST: usize = 40;
/// The longest that is made from a name, so that a number or random characters fit behind it.
const LONGEST_STEM: usize = 30;
/// What a name without a single Latin letter becomes.
const FALLBACK: &str = "org";
/// What such a local part becomes: the slug of a personal space.
const PERSONAL_FALLBACK: &str = "space";

/// A slug: lower-case letters and digits, single hyphens between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slug(String);

/// Why a text is no slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    /// Letters of another script, or with accents.
    #[error("slug: only a-z, 0-9 and hyphens; write other scripts in these, such as muenchen or tokyo")]
    Script,
    /// The grammar.
    #[error("slug: 1 to {LONGEST} lower-case letters and digits, single hyphens between them")]
    Malformed,
    /// A word that is reserved.
    #[error("slug: this word is reserved")]
    Reserved,
    /// It would be mistaken for an id.
    #[error("slug: it must not look like an id")]
    LikeAnId,
}

impl Slug {
    /// Reads a slug that somebody chose.
    pub fn parse(text: &str) -> Result<Self, SlugError> {
        if !text.is_ascii() {
            return Err(SlugError::Script);
        }
        let well_formed = text.len() <= LONGEST
            && text.split('-').all(|part| {
                !part.is_empty()
                    && part
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            });
        if !well_formed {
            return Err(SlugError::Malformed);
        }
        if RESERVED.contains(&text) {
            return Err(SlugError::Reserved);
        }
        // A request names an organization by id or by slug: no slug is another's id.
        if Uuid::try_parse(text).is_ok() {
            return Err(SlugError::LikeAnId);
        }
        Ok(Self(text.to_owned()))
    }

    /// What stands in the database.
    pub(super) const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Slug {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What slugs are made from when nobody chose one: a name, or the part of an address before the `@`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stem(String);

impl Stem {
    /// Letters lose their accents; whatever is no letter or digit then becomes a hyphen.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        Self(Self::letters(name).unwrap_or_else(|| FALLBACK.to_owned()))
    }

    fn letters(name: &str) -> Option<String> {
        let mut stem = String::with_capacity(LONGEST_STEM);
        let spelled = name.chars().flat_map(|character| {
            let word = spelling(character);
            word.chars().chain(word.is_empty().then_some(character))
        });
        for character in spelled
            .nfkd()
            .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        {
            if stem.len() >= LONGEST_STEM {
                break;
            }
            if character.is_ascii_alphanumeric() {
                stem.push(character.to_ascii_lowercase());
            } else if !stem.is_empty() && !stem.ends_with('-') {
                stem.push('-');
            }
        }
        stem.truncate(stem.trim_end_matches('-').len());
        (!stem.is_empty()).then_some(stem)
    }

    /// The stem of an address' local part, without what follows a plus sign: that is for its owner's filing only.
    #[must_use]
    pub fn of_local_part(local_part: &str) -> Self {
        let name = local_part.split('+').next().unwrap_or_default();
        Self(Self::letters(name).unwrap_or_else(|| PERSONAL_FALLBACK.to_owned()))
    }

    /// The stem itself, then `-2` to `-999`, without those that may be no slug.
    pub(super) fn candidates(&self) -> Vec<String> {
        std::iter::once(self.0.clone())
            .chain((2..=999).map(|number| format!("{}-{number}", self.0)))
            .filter(|candidate| Slug::parse(candidate).is_ok())
            .collect()
    }

    /// The stem and random characters, for when the numbers are used up.
    pub(super) fn random(&self, entropy: &dyn Entropy) -> String {
        format!("{}-{}", self.0, entropy::base62(entropy, 8).to_ascii_lowercase())
    }
}

/// How Latin letters are written in ASCII that no normalisation takes apart; nothing for every other character.
const fn spelling(character: char) -> &'static str {
    match character {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' => "o",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'þ' | 'Þ' => "th",
        'ı' => "i",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::entropy::SystemEntropy;

    #[test]
    fn what_is_no_slug_is_refused() {
        for text in [
            "",
            "-a",
            "a-",
            "a--b",
            "A",
            "ä",
            "a_b",
            &"a".repeat(41),
            "admin",
            "me",
        ] {
            assert!(Slug::parse(text).is_err(), "{text:?} was accepted");
        }
        assert_eq!(
            Slug::parse("0190c1a2-7b7c-7def-8123-456789abcdef"),
            Err(SlugError::LikeAnId)
        );
        for text in ["ä", "аcme", "日本", "acme\u{200b}"] {
            assert_eq!(Slug::parse(text), Err(SlugError::Script), "{text:?}");
        }
        assert!(Slug::parse("acme-2").is_ok());
    }

    #[test]
    fn names_become_slugs() {
        for (name, slug) in [
            ("Jürgen.Müller", "jurgen-muller"),
            ("  A & B  ", "a-b"),
            ("Straße Łódź & Sønner", "strasse-lodz-sonner"),
            ("日本", "org"),
            ("", "org"),
            ("---", "org"),
        ] {
            assert_eq!(
                Stem::of_name(name).candidates().first().map(String::as_str),
                Some(slug)
            );
        }
        assert_eq!(Stem::of_local_part("alice+news"), Stem::of_name("alice"));
        assert_eq!(Stem::of_local_part("日本"), Stem::of_name("space"));
    }

    #[test]
    fn a_reserved_word_gets_a_number_and_every_candidate_is_a_slug() {
        let stem = Stem::of_name("admin");
        assert_eq!(stem.candidates().first().map(String::as_str), Some("admin-2"));
        let long = Stem::of_name(&"long name ".repeat(9));
        assert!(long.candidates().iter().all(|slug| Slug::parse(slug).is_ok()));
        assert!(Slug::parse(&long.random(&SystemEntropy)).is_ok());
    }
}
