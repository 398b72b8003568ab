//! Owns what may stand in a name that people see: of a person, a client, an organization, a workspace. A name stands
//! beside what others wrote, so nothing in it may hide, or turn the direction of what follows. It says nothing of
//! names that are compared: those have grammars of their own.

/// The most characters of a name.
pub const LONGEST: usize = 100;
/// The rule as an error says it.
pub const RULE: &str = "no control, invisible or text-direction characters";

/// Whether a text may be shown as a name: something to see, and nothing that deceives.
#[must_use]
pub fn is_name(text: &str) -> bool {
    text.chars().count() <= LONGEST && text.chars().any(is_seen) && !text.chars().any(is_deceptive)
}

/// Controls, white space that breaks lines, and format characters that nobody sees or that turn text around
/// (U+202E and its kind, UAX #9). What languages are written with stays: the joiners U+200C and U+200D (Persian, Indic
/// scripts, emoji), the marks U+200E and U+200F, which turn nothing but themselves, and variation selectors.
#[must_use]
pub fn is_deceptive(character: char) -> bool {
    character.is_control()
        || matches!(character,
            // Soft hyphen, grapheme joiner, Arabic letter mark, Mongolian vowel separator, zero-width spaces.
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{feff}'
            // Fillers and vowels that are blank.
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{17b4}' | '\u{17b5}'
            // Line and paragraph separators; embeddings, overrides, isolates; invisible operators.
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            // Annotations, shorthand and musical formats, tags.
            | '\u{fff9}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e007f}')
}

/// A text that somebody sent, for a log line or a page of ours: so many characters of it at most, and what hides, turns
/// text around or begins a line stands there as its number.
#[must_use]
pub fn quote(text: &str, longest: usize) -> String {
    let mut quoted = String::new();
    for (index, character) in text.chars().enumerate() {
        if index == longest {
            quoted.push('…');
            break;
        }
        if is_deceptive(character) {
            quoted.extend(character.escape_unicode());
        } else {
            quoted.push(character);
        }
    }
    quoted
}

/// Whether there is something to see: a name of joiners alone is an empty place on a page.
fn is_seen(character: char) -> bool {
    !character.is_whitespace()
        && !matches!(character, '\u{200c}'..='\u{200f}' | '\u{2800}' | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_turns_text_is_no_name() {
        for deceptive in [
            '\0',
            '\n',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{61c}',
            '\u{180e}',
            '\u{200b}',
            '\u{2028}',
            '\u{202a}',
            '\u{202b}',
            '\u{202c}',
            '\u{202d}',
            '\u{202e}',
            '\u{2060}',
            '\u{2064}',
            '\u{2066}',
            '\u{2067}',
            '\u{2068}',
            '\u{2069}',
            '\u{206a}',
            '\u{feff}',
            '\u{fff9}',
            '\u{3164}',
            '\u{e0041}',
        ] {
            assert!(!is_name(&format!("a{deceptive}b")), "{deceptive:?}");
        }
        for blank in [
            "",
            " ",
            "\u{a0}\u{3000}",
            "\u{200d}",
            "\u{200e}\u{200f}",
            "\u{2800}",
        ] {
            assert!(!is_name(blank), "{blank:?}");
        }
        assert!(is_name(&"ü".repeat(LONGEST)) && !is_name(&"ü".repeat(LONGEST + 1)));
    }

    #[test]
    fn what_was_sent_is_quoted_on_one_line_and_not_for_ever() {
        assert_eq!(
            quote("a\r\n\u{1b}[31m\u{202e}b", 100),
            "a\\u{d}\\u{a}\\u{1b}[31m\\u{202e}b"
        );
        assert_eq!(quote(&"ü".repeat(50), 3), "üüü…");
        assert_eq!(quote("abc", 3), "abc");
    }

    #[test]
    fn what_languages_are_written_with_stays() {
        for name in [
            "Zoë Ångström",
            "می\u{200c}خواهم",
            "क\u{94d}\u{200d}ष",
            "👩\u{200d}💻 Team",
            "❤\u{fe0f}",
            "葛\u{e0100}城",
            "\u{200f}שלום\u{200e} (Berlin)",
            "O'Neill & Söhne",
        ] {
            assert!(is_name(name), "{name:?}");
        }
    }
}
