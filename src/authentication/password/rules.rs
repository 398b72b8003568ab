//! Owns what may be a password, and the one form in which it is hashed: Unicode's NFC with every other space as a
//! plain one, as `OpaqueString` has it (RFC 8265 §4.2), so that a keyboard that composes accents and one that does
//! not type the same password. NFKC is not used: it would make different passwords equal. Nothing is cut off.

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use super::common;
use crate::base::secret::Secret;

/// The fewest characters of a new password (NIST SP 800-63B-4 §3.1.1.2).
pub const SHORTEST: usize = 8;
/// The most bytes of any password. Longer ones are refused whole, never cut.
pub const LONGEST: usize = 1024;

/// Why a text cannot be, or must not become, a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// Fewer than [`SHORTEST`] characters.
    #[error("a password has at least {SHORTEST} characters")]
    TooShort,
    /// More than [`LONGEST`] bytes.
    #[error("a password has at most {LONGEST} bytes")]
    TooLong,
    /// A NUL, which other systems take for the end.
    #[error("a password has no NUL character")]
    Nul,
    /// One of those that everybody tries first.
    #[error("the password is too common")]
    Common,
    /// Who knows how people choose, or knows this one, guesses it soon.
    #[error("the password is easily guessed")]
    Guessable,
    /// It was leaked from another service.
    #[error("the password stands in a list of leaked ones")]
    Breached,
}

/// A password in the form that is hashed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Password(Secret);

impl Password {
    /// A password that somebody chooses.
    pub fn choose(text: &Secret) -> Result<Self, PasswordProblem> {
        let password = Self::presented(text)?;
        if password.0.expose().chars().count() < SHORTEST {
            return Err(PasswordProblem::TooShort);
        }
        let lower = Zeroizing::new(password.0.expose().to_lowercase());
        if common::contains(&lower) {
            return Err(PasswordProblem::Common);
        }
        Ok(password)
    }

    /// A password that somebody presents. It may be shorter than today's rule: imported accounts keep theirs.
    pub fn presented(text: &Secret) -> Result<Self, PasswordProblem> {
        let text = text.expose();
        if text.len() > LONGEST {
            return Err(PasswordProblem::TooLong);
        }
        if text.contains('\0') {
            return Err(PasswordProblem::Nul);
        }
        let normal = text
            .chars()
            .map(|character| if is_space(character) { ' ' } else { character })
            .nfc()
            .collect();
        Ok(Self(Secret::new(normal)))
    }

    /// The text, for judging it.
    pub(super) fn text(&self) -> &str {
        self.0.expose()
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.expose().as_bytes()
    }
}

/// Unicode's space separators (general category Zs).
const fn is_space(character: char) -> bool {
    matches!(
        character,
        ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(text: &str) -> Result<Password, PasswordProblem> {
        Password::choose(&Secret::new(text.to_owned()))
    }

    #[test]
    fn length_counts_characters_below_and_bytes_above() {
        assert_eq!(choose("sieben7"), Err(PasswordProblem::TooShort));
        assert_eq!(choose("äöüäöü7"), Err(PasswordProblem::TooShort));
        assert!(choose("achtacht").is_ok());
        assert!(choose(&"xy".repeat(LONGEST / 2)).is_ok());
        assert_eq!(choose(&"x".repeat(LONGEST + 1)), Err(PasswordProblem::TooLong));
    }

    #[test]
    fn a_nul_is_refused_and_nothing_is_cut_at_it() {
        assert_eq!(choose("passphrase\0tail"), Err(PasswordProblem::Nul));
    }

    #[test]
    fn composed_and_decomposed_accents_are_one_password() {
        assert_eq!(choose("cafe\u{301} noir"), choose("caf\u{e9}\u{a0}noir"));
    }

    #[test]
    fn compatibility_forms_stay_apart() {
        assert_ne!(choose("\u{fb01}nancial"), choose("financial"));
        assert_ne!(choose("Achtacht"), choose("achtacht"));
    }

    #[test]
    fn common_passwords_are_refused_in_any_case() {
        assert_eq!(choose("PassWord123"), Err(PasswordProblem::Common));
        assert_eq!(choose("11111111"), Err(PasswordProblem::Common));
    }

    #[test]
    fn a_presented_password_may_be_short() {
        assert!(Password::presented(&Secret::new("abc".to_owned())).is_ok());
    }
}
