//! Owns words: key words, and names with whatever stands before their dots.

use crate::rls::verify::quote;

/// A key word or a name: `auth.uid`. Unquoted letters are small, as far as every encoding agrees: those of ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Word {
    /// What stands between its dots, without quotation marks.
    pub(in super::super) parts: Vec<String>,
    /// Some of it stood in quotation marks: it is a name.
    pub(in super::super) quoted: bool,
}

impl Word {
    /// A word of one part.
    pub(super) fn new(part: String, quoted: bool) -> Self {
        Self {
            parts: vec![part],
            quoted,
        }
    }

    /// Whether it is this key word, which a name in quotation marks never is.
    pub(in super::super) fn is(&self, keyword: &str) -> bool {
        !self.quoted && self.parts == [keyword]
    }

    /// Whether it is one of these key words.
    pub(in super::super) fn is_one_of(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is(keyword))
    }

    /// Whether it is this name in this schema.
    pub(in super::super) fn is_in(&self, schema: &str, name: &str) -> bool {
        self.parts == [schema, name]
    }

    /// The last part, and the one before it.
    pub(in super::super) fn qualified(&self) -> (Option<&str>, &str) {
        match self.parts.as_slice() {
            [.., before, last] => (Some(before), last),
            [last] => (None, last),
            [] => (None, ""),
        }
    }

    /// The last part.
    pub(in super::super) fn last(&self) -> &str {
        self.qualified().1
    }

    /// All of it, without quotation marks.
    pub(in super::super) fn path(&self) -> String {
        self.parts.join(".")
    }

    /// All of it as people, and PostgreSQL, write it.
    pub(in super::super) fn plain(&self) -> String {
        if !self.quoted {
            return self.path();
        }
        let parts: Vec<String> = self.parts.iter().map(|part| quote::plain(part)).collect();
        parts.join(".")
    }
}
