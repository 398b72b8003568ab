//! Owns user names: what is accepted, and the canonical form that is unique. A user name has no `@`, so that it is
//! never an e-mail address.

use unicode_normalization::UnicodeNormalization as _;

use super::canonical::fold;

const LONGEST: usize = 64;

/// A user name as it is shown, and its canonical form.
#[derive(Clone, PartialEq, Eq)]
pub struct UserName {
    name: String,
    canonical: String,
}

/// Why a text is no user name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UserNameError {
    /// Nothing, or more than fits.
    #[error("user_name: 1 to 64 characters")]
    Length,
    /// Letters and digits of any script, and three signs.
    #[error("user_name: letters, digits, and . _ - between them")]
    Character,
}

impl UserName {
    /// Reads a user name.
    pub fn parse(text: &str) -> Result<Self, UserNameError> {
        if text.len() > 16 * LONGEST {
            return Err(UserNameError::Length);
        }
        let normal: String = text.trim().nfkc().collect();
        let name = normal.trim().to_owned();
        let canonical = fold(&name);
        for form in [&name, &canonical] {
            if form.is_empty() || form.chars().count() > LONGEST {
                return Err(UserNameError::Length);
            }
            let edges = [form.chars().next(), form.chars().next_back()];
            let between = |character: char| ".-_".contains(character);
            if !form
                .chars()
                .all(|character| is_letter(character) || between(character))
                || edges
                    .into_iter()
                    .flatten()
                    .any(|character| ".-".contains(character))
            {
                return Err(UserNameError::Character);
            }
        }
        Ok(Self { name, canonical })
    }

    /// The name as it is shown: `preferred_username`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The form that is unique among accounts.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }
}

/// Never in a log.
impl std::fmt::Debug for UserName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("UserName")
    }
}

/// Letters and digits, and the marks that letters of many scripts are written with; nothing invisible.
fn is_letter(character: char) -> bool {
    (character.is_alphanumeric() || unicode_normalization::char::is_combining_mark(character))
        && !super::canonical::is_invisible(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_case_and_has_one_canonical_form() {
        let name = UserName::parse(" Ａlice_B ").unwrap();
        assert_eq!((name.name(), name.canonical()), ("Alice_B", "alice_b"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in [
            "",
            "  ",
            "a@b",
            "a\u{ff20}b",
            "a b",
            "a\u{200b}b",
            "a\nb",
            ".a",
            "a-",
            "a/b",
            &"a".repeat(65),
        ] {
            assert!(UserName::parse(text).is_err(), "{text:?} was accepted");
        }
    }
}
