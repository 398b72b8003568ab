//! One text: its key, what its comment says of its arguments, and what stands in it.

use fluent_syntax::ast;

use super::pattern::Content;

/// What an argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Somebody's words: shown, never compared.
    Text,
    /// A whole number: shown, or decides the form.
    Number,
}

/// A text of one language.
pub(crate) struct Message {
    /// Where it stands.
    pub(super) place: String,
    /// Its key.
    pub(crate) key: String,
    /// The arguments that its comment names, in that order.
    pub(super) described: Vec<(String, Kind)>,
    /// What stands in it.
    pub(super) content: Content,
}

impl Message {
    /// Reads a message of the file of this stem.
    pub(super) fn read(
        place: &str,
        stem: &str,
        message: &ast::Message<&str>,
        problems: &mut Vec<String>,
    ) -> Self {
        let key = message.id.name.to_owned();
        let mut object = |what: String| problems.push(format!("{place}: {key}: {what}"));
        let prefix = format!("{}-", stem.replace('_', "-"));
        if !key.starts_with(&prefix) || !is_key(&key) {
            object(format!(
                "a key is lower-case words that begin with the file's name: {prefix}…"
            ));
        }
        if !message.attributes.is_empty() {
            object("attributes are not used: give each its own key".to_owned());
        }
        let mut described = Vec::new();
        for line in message.comment.iter().flat_map(|comment| &comment.content) {
            let Some(argument) = line.trim().strip_prefix('$') else {
                continue;
            };
            match describe(argument) {
                Some(argument) => described.push(argument),
                None => object(format!(
                    "`# {line}` is not of the form `# $name (text): what it is`, or `(number)`"
                )),
            }
        }
        let mut content = Content::default();
        match &message.value {
            Some(pattern) => content.read(pattern, &mut object),
            None => object("has no text".to_owned()),
        }
        Self {
            place: place.to_owned(),
            key,
            described,
            content,
        }
    }

    /// The method that says it.
    pub(super) fn method(&self) -> String {
        self.key.replace('-', "_")
    }
}

fn is_key(key: &str) -> bool {
    key.starts_with(|first: char| first.is_ascii_lowercase())
        && !key.ends_with('-')
        && !key.contains("--")
        && key
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Reads `name (kind): what it is`.
fn describe(text: &str) -> Option<(String, Kind)> {
    let (name, rest) = text.split_once(" (")?;
    let (kind, what) = rest.split_once("): ")?;
    let kind = match kind {
        "text" => Kind::Text,
        "number" => Kind::Number,
        _ => return None,
    };
    let named = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    (named && !name.is_empty() && !what.is_empty()).then(|| (name.to_owned(), kind))
}
