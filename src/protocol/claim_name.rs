//! Owns the question whether two claim names are one to whoever reads a token carelessly: readers fold case, compare
//! after normalization, or look at a name on a screen. It does not know what a claim means.

use unicode_normalization::UnicodeNormalization as _;

/// Letters of other scripts that look like ours and that no normalization folds (Unicode TR 39, the ones that our own
/// names are made of).
const LOOK_ALIKES: [(char, char); 29] = [
    ('а', 'a'),
    ('α', 'a'),
    ('ɑ', 'a'),
    ('ь', 'b'),
    ('с', 'c'),
    ('ϲ', 'c'),
    ('ԁ', 'd'),
    ('е', 'e'),
    ('ε', 'e'),
    ('ɡ', 'g'),
    ('һ', 'h'),
    ('і', 'i'),
    ('ι', 'i'),
    ('ı', 'i'),
    ('ј', 'j'),
    ('κ', 'k'),
    ('ӏ', 'l'),
    ('м', 'm'),
    ('ո', 'n'),
    ('о', 'o'),
    ('ο', 'o'),
    ('օ', 'o'),
    ('р', 'p'),
    ('ρ', 'p'),
    ('ѕ', 's'),
    ('т', 't'),
    ('τ', 't'),
    ('υ', 'u'),
    ('х', 'x'),
];

/// The form in which two such names are equal: normalized (NFKD), lower case, without marks, without what nobody
/// sees, look-alikes in our letters.
#[must_use]
pub fn folded(name: &str) -> String {
    name.nfkd()
        .flat_map(char::to_lowercase)
        .nfkd()
        .filter(|char| !is_unseen(*char))
        .map(|char| {
            LOOK_ALIKES
                .iter()
                .find(|(alike, _)| *alike == char)
                .map_or(char, |(_, ours)| *ours)
        })
        .collect()
}

/// Marks, white space, control characters and the ignorable ones (Unicode: `Default_Ignorable_Code_Point`).
fn is_unseen(char: char) -> bool {
    char.is_whitespace()
        || char.is_control()
        || unicode_normalization::char::is_combining_mark(char)
        || matches!(char,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_one() {
        for spelling in [
            "sub",
            "SUB",
            "Sub",
            "ｓｕｂ",
            "ſub",
            "ѕub",
            "sub\u{200b}",
            " sub\u{0}",
            "s\u{fe0f}ub",
            "súb",
            "𝐬𝐮𝐛",
            "ⓢⓤⓑ",
        ] {
            assert_eq!(folded(spelling), "sub", "{spelling:?}");
        }
        assert_eq!(folded("İss"), "iss");
        assert_eq!(folded("ıss"), "iss");
        for other in ["subject", "s_ub", "https://example.com/sub", "x-sub", ""] {
            assert_eq!(folded(other), other);
        }
    }
}
