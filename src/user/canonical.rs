//! Owns the one canonical form of what people sign in with (Unicode NFKC, lower case), made here and stored: the
//! database's own `lower()` depends on its locale. Attempts are counted by it, whether or not an account has it.

use unicode_normalization::UnicodeNormalization as _;

use super::email::EmailAddress;
use super::user_name::UserName;
use crate::base::display;

/// NFKC, lower case, and NFKC again, since lower-casing can leave a text decomposed.
pub(super) fn fold(text: &str) -> String {
    let mut folded = text.to_owned();
    // One more round settles what a round brought forth; three are never needed by any assigned character.
    for _ in 0..3 {
        let next: String = folded.nfkc().collect::<String>().to_lowercase().nfkc().collect();
        if next == folded {
            break;
        }
        folded = next;
    }
    folded
}

/// What must not stand in an identifier because nobody sees it, or because it turns what follows: what no name may
/// hold, and spaces, joiners and marks, variation selectors, private use and noncharacters.
pub(super) fn is_invisible(character: char) -> bool {
    display::is_deceptive(character)
        || character.is_whitespace()
        || matches!(character,
            '\u{180b}'..='\u{180f}' | '\u{200c}'..='\u{200f}' | '\u{2800}' | '\u{e000}'..='\u{f8ff}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{fff0}'..='\u{fffd}' | '\u{e0000}'..='\u{10ffff}')
        || u32::from(character) & 0xfffe == 0xfffe
}

/// What a person typed to say who they are, in canonical form: an e-mail address if it has an `@`, else a user name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identifier(String);

impl Identifier {
    /// Reads a typed identifier; `None` if no account can have it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // Much longer than any canonical form: refused before it is folded.
        if text.len() > 1024 {
            return None;
        }
        if fold(text).contains('@') {
            EmailAddress::parse(text)
                .ok()
                .map(|email| Self(email.canonical().to_owned()))
        } else {
            UserName::parse(text)
                .ok()
                .map(|name| Self(name.canonical().to_owned()))
        }
    }

    /// The canonical form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_identifier_is_one() {
        let one = Identifier::parse("jürgen@example.com").unwrap();
        for spelling in [
            " J\u{dc}RGEN@Example.COM ",
            "Ju\u{308}rgen@example.com",
            "\u{ff4a}ürgen\u{ff20}example\u{ff0e}com",
            "jürgen@example\u{3002}com",
        ] {
            assert_eq!(Identifier::parse(spelling), Some(one.clone()), "{spelling:?}");
        }
        assert_eq!(Identifier::parse("Ålice"), Identifier::parse("a\u{30a}lice"));
    }

    proptest::proptest! {
        #[test]
        fn the_canonical_form_of_a_canonical_form_is_itself(text in "\\PC{0,40}") {
            let folded = fold(&text);
            proptest::prop_assert_eq!(fold(&folded), folded);
            if let Some(identifier) = Identifier::parse(&text) {
                proptest::prop_assert_eq!(Identifier::parse(identifier.as_str()), Some(identifier));
            }
        }
    }
}
