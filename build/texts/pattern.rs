//! What stands in a text: words, arguments, tags, and forms that a number decides.

use std::collections::BTreeSet;

use fluent_syntax::ast::{Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use fluent_syntax::unicode::unescape_unicode_to_string;

/// The tags that a text may hold.
const TAGS: [&str; 2] = ["strong", "code"];

/// The forms of a number (CLDR).
const PLURAL: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// What was found in a text.
#[derive(Default)]
pub(crate) struct Content {
    /// The arguments that are shown.
    pub(super) shown: BTreeSet<String>,
    /// The arguments that decide a form.
    pub(super) decisive: BTreeSet<String>,
    /// The tags.
    pub(super) tags: BTreeSet<&'static str>,
    /// The words, with every argument as `{$name}`; of forms the last, which is for every other number.
    pub(super) words: String,
}

impl Content {
    /// Whether the words are all there is.
    pub(super) fn is_fixed(&self) -> bool {
        self.shown.is_empty() && self.decisive.is_empty() && self.tags.is_empty()
    }

    /// Every argument.
    pub(super) fn arguments(&self) -> BTreeSet<&str> {
        let all = self.shown.iter().chain(&self.decisive);
        all.map(String::as_str).collect()
    }

    /// Reads a whole text.
    pub(super) fn read(&mut self, pattern: &Pattern<&str>, object: &mut impl FnMut(String)) {
        self.part(pattern, object);
        if self.words.trim().is_empty() || self.words.trim() != self.words {
            object("is empty, or begins or ends with white space".to_owned());
        }
    }

    /// Reads a text, or one of its forms; its tags are closed where it ends.
    fn part(&mut self, pattern: &Pattern<&str>, object: &mut impl FnMut(String)) {
        let begin = self.words.len();
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => self.words.push_str(value),
                PatternElement::Placeable { expression } => self.placeable(expression, object),
            }
        }
        let words = self.words.get(begin..).unwrap_or_default().to_owned();
        self.find_tags(&words, object);
    }

    fn placeable(&mut self, expression: &Expression<&str>, object: &mut impl FnMut(String)) {
        match expression {
            Expression::Inline(InlineExpression::StringLiteral { value }) => {
                self.words.push_str(&unescape_unicode_to_string(value));
            }
            Expression::Inline(InlineExpression::VariableReference { id }) => {
                self.shown.insert(id.name.to_owned());
                self.words.push_str("{$");
                self.words.push_str(id.name);
                self.words.push('}');
            }
            Expression::Select { selector, variants } => {
                if let InlineExpression::VariableReference { id } = selector {
                    self.decisive.insert(id.name.to_owned());
                } else {
                    object("only an argument decides a form".to_owned());
                }
                let begin = self.words.len();
                for variant in variants {
                    if let VariantKey::Identifier { name } = &variant.key
                        && !PLURAL.contains(name)
                    {
                        object(format!("[{name}] is no form of a number"));
                    }
                    self.words.truncate(begin);
                    self.part(&variant.value, object);
                }
            }
            Expression::Inline(_) => {
                object("holds something else than words, arguments and forms of a number".to_owned());
            }
        }
    }

    fn find_tags(&mut self, words: &str, object: &mut impl FnMut(String)) {
        let mut open = Vec::new();
        let mut rest = words;
        while let Some((_, after)) = rest.split_once('<') {
            let Some((tag, behind)) = after.split_once('>') else {
                object("holds a < that begins no tag".to_owned());
                return;
            };
            let name = tag.strip_prefix('/').unwrap_or(tag);
            let Some(known) = TAGS.into_iter().find(|known| *known == name) else {
                object(format!(
                    "holds <{tag}>; only these tags are used: {}",
                    TAGS.join(", ")
                ));
                return;
            };
            if tag == known {
                open.push(known);
                self.tags.insert(known);
            } else if open.pop() != Some(known) {
                object(format!("</{known}> closes nothing"));
            }
            rest = behind;
        }
        if let Some(tag) = open.pop() {
            object(format!("<{tag}> is not closed"));
        }
    }
}
