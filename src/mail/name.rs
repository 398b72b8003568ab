//! Owns how a name that somebody chose stands in a mail. A mail from us to a stranger is what a swindler would like to
//! write: a name is one short line, hides nothing, and nothing of it becomes a link in a mail program.

use crate::base::display;

/// The most characters of a name.
const LONGEST: usize = 60;

/// A name as a mail shows it.
pub(super) fn shown(name: &str) -> String {
    let mut shown = String::new();
    let mut previous = ' ';
    for character in name
        .chars()
        .filter(|character| !display::is_deceptive(*character))
    {
        let character = if character.is_whitespace() { ' ' } else { character };
        // `evil.example`, `https://…` and `a@b` are made links of; `evil. example` is not.
        if matches!(previous, '.' | '/' | ':' | '@' | '。') && character.is_alphanumeric()
            || "/@".contains(character)
        {
            shown.push(' ');
        }
        if !(character == ' ' && shown.ends_with(' ')) {
            shown.push(character);
        }
        previous = character;
    }
    let shown = shown.trim();
    if shown.chars().count() <= LONGEST {
        return shown.to_owned();
    }
    let cut: String = shown.chars().take(LONGEST - 1).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_short_line_without_links() {
        for (name, expected) in [
            ("Acme", "Acme"),
            ("Acme, Inc. & Söhne", "Acme, Inc. & Söhne"),
            ("Ünïcode 🦀 Ltd.", "Ünïcode 🦀 Ltd."),
            ("evil.example", "evil. example"),
            ("https://evil.example/x", "https: / / evil. example / x"),
            ("pay@evil.example", "pay @ evil. example"),
            ("a\r\nBcc: all@example.com", "aBcc: all @ example. com"),
            ("\u{202e}moc.live", "moc. live"),
            ("  much   space ", "much space"),
        ] {
            assert_eq!(shown(name), expected, "{name:?}");
        }
        let long = shown(&"long name ".repeat(400));
        assert_eq!(long.chars().count(), LONGEST);
        assert!(long.ends_with('…'));
    }
}
