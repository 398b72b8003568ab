//! Owns how a text with arguments is said: as HTML, in which whatever an argument holds is inert, or as plain text.

use std::fmt::{self, Display, Formatter};

use askama::filters::{Escaper as _, Html, HtmlSafe};
use fluent_bundle::{FluentArgs, FluentValue};

use super::bundle::{self, Bundle};
use super::locale::Locale;
use crate::base::display;

/// What stands in a sentence in place of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Argument<'a> {
    /// Somebody's words.
    Text(&'a str),
    /// A whole number.
    Number(u64),
}

/// A text with arguments or tags. Shown in a page it is HTML; [`Sentence::plain`] is the same as plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence<'a> {
    locale: Locale,
    key: &'static str,
    arguments: Vec<(&'static str, Argument<'a>)>,
}

impl<'a> Sentence<'a> {
    pub(super) const fn new(
        locale: Locale,
        key: &'static str,
        arguments: Vec<(&'static str, Argument<'a>)>,
    ) -> Self {
        Self {
            locale,
            key,
            arguments,
        }
    }

    /// The sentence as plain text: for an attribute, a title, a mail. It is on one line if its text is, whatever stands in
    /// the arguments.
    #[must_use]
    pub fn plain(&self) -> String {
        self.said(&bundle::of(self.locale).plain, plain)
    }

    fn said(&self, bundle: &Bundle, written: impl Fn(&str) -> String) -> String {
        let mut arguments = FluentArgs::with_capacity(self.arguments.len());
        for (name, argument) in &self.arguments {
            let value = match argument {
                Argument::Text(text) => FluentValue::from(written(text)),
                Argument::Number(number) => FluentValue::from(*number),
            };
            arguments.set(*name, value);
        }
        let mut errors = Vec::new();
        let pattern = bundle.get_message(self.key).and_then(|message| message.value());
        let said = pattern.map(|pattern| bundle.format_pattern(pattern, Some(&arguments), &mut errors));
        if said.is_none() || !errors.is_empty() {
            // The build has seen each text with its arguments.
            tracing::error!(
                text = self.key,
                language = self.locale.tag(),
                "a text could not be said"
            );
        }
        said.unwrap_or_default().into_owned()
    }
}

/// As HTML.
impl Display for Sentence<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.said(&bundle::of(self.locale).html, html))
    }
}

impl HtmlSafe for Sentence<'_> {}

/// Escaped, in an element that keeps its direction to itself.
fn html(text: &str) -> String {
    let mut escaped = "<bdi>".to_owned();
    // Writing to a string does not fail.
    let _ = Html.write_escaped_str(&mut escaped, text);
    escaped.push_str("</bdi>");
    escaped
}

/// Without what breaks a line, hides, or turns text around; between isolates (UAX #9) if it is written from right to left.
fn plain(text: &str) -> String {
    let shown: String = text
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .filter(|character| !display::is_deceptive(*character))
        .collect();
    if shown.chars().any(is_from_right_to_left) {
        format!("\u{2068}{shown}\u{2069}")
    } else {
        shown
    }
}

/// Whether a character belongs to a script that is written from right to left, or is the mark of that direction.
fn is_from_right_to_left(character: char) -> bool {
    matches!(character, '\u{590}'..='\u{8ff}' | '\u{200f}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Texts;

    fn asks(client: &str) -> Sentence<'_> {
        Texts::of(Locale::En).consent_asks(client)
    }

    #[test]
    fn a_name_is_inert_in_a_page() {
        let html = asks("<script>alert(1)</script>&\"'{ $client }</strong>").to_string();
        assert!(
            html.starts_with(
                "<strong><bdi>&#60;script&#62;alert(1)&#60;/script&#62;&#38;&#34;&#39;{ $client }"
            )
        );
        assert!(
            html.ends_with("</bdi></strong> asks for access to your account."),
            "{html}"
        );
        assert_eq!(html.matches('<').count(), 4);
    }

    #[test]
    fn plain_text_has_no_tags_of_ours_and_what_a_name_holds() {
        assert_eq!(asks("Shop").plain(), "Shop asks for access to your account.");
        assert_eq!(
            asks("<b>\r\nTo: x\u{202e}y").plain(),
            "<b>  To: xy asks for access to your account."
        );
        assert_eq!(
            asks("שלום").plain(),
            "\u{2068}שלום\u{2069} asks for access to your account."
        );
    }
}
