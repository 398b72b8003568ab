//! Owns the passwords that everybody tries first (NIST SP 800-63B-4 §3.1.1.2 asks for such a list): `common.txt`, the
//! 10,000 most frequent that pass the rule of length, in lower case and in the order of their bytes. All but those that
//! are most frequent in other languages come from the list of zxcvbn (MIT licence).

use std::sync::LazyLock;

static COMMON: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("common.txt").lines().collect());

/// Whether a lower-case text is one of them, or one character over and over.
pub(super) fn contains(lower: &str) -> bool {
    let mut characters = lower.chars();
    let first = characters.next();
    COMMON.binary_search(&lower).is_ok() || characters.all(|character| Some(character) == first)
}

#[cfg(test)]
mod tests {
    use super::super::rules::SHORTEST;
    use super::*;

    #[test]
    fn the_list_can_be_searched_and_says_nothing_that_other_rules_say() {
        assert_eq!(COMMON.len(), 10_000);
        assert!(COMMON.is_sorted_by(|one, next| one < next));
        for password in COMMON.iter() {
            assert!(password.chars().count() >= SHORTEST, "{password}");
            assert_eq!(*password, password.to_lowercase());
        }
    }

    #[test]
    fn what_everybody_tries_is_found() {
        assert!(contains("password1") && contains("zzzzzzzzz"));
        assert!(!contains("correct horse battery staple"));
    }
}
