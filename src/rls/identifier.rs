//! Owns names and texts inside generated SQL: what is a name, and how it is written so that it stays one.

use std::fmt;
use std::str::FromStr;

/// What PostgreSQL keeps of a name.
const LONGEST: usize = 63;

/// A name that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// Nothing, or only a part of a qualified name.
    #[error("a name is empty")]
    Empty,
    /// PostgreSQL would cut it.
    #[error("the name {0:?} is longer than 63 bytes")]
    TooLong(String),
    /// Legal for PostgreSQL, but a name with it ends the quoting of a function's body, or a line.
    #[error("the name {0:?} has a control character or a $ in it")]
    Character(String),
    /// A schema that is PostgreSQL's own.
    #[error("the schema {0} is PostgreSQL's own")]
    System(String),
}

/// The name of a schema, a table, a column or a role, as it stands in the catalogue: `Orders` is not `orders`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identifier(String);

impl Identifier {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        if text.is_empty() {
            return Err(IdentifierError::Empty);
        }
        if text.len() > LONGEST {
            return Err(IdentifierError::TooLong(text.to_owned()));
        }
        if text.contains(|character: char| character.is_control() || character == '$') {
            return Err(IdentifierError::Character(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }

    /// Reads the name of a schema that something may be put into.
    pub fn parse_schema(text: &str) -> Result<Self, IdentifierError> {
        let name = Self::parse(text)?;
        if name.0.starts_with("pg_") || name.0 == "information_schema" {
            return Err(IdentifierError::System(name.0));
        }
        Ok(name)
    }

    /// A name made of several, cut to what PostgreSQL keeps.
    #[must_use]
    pub fn joined(parts: &[&str]) -> Self {
        let mut name = parts.join("_");
        while name.len() > LONGEST {
            name.pop();
        }
        Self(name)
    }

    /// As the catalogue has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn is_plain(&self) -> bool {
        let letter = |character: char| character.is_ascii_lowercase() || character == '_';
        self.0.starts_with(letter)
            && self
                .0
                .chars()
                .all(|character| letter(character) || character.is_ascii_digit())
            && !self.0.starts_with("current_")
            && !RESERVED.contains(&self.0.as_str())
    }
}

/// As SQL writes it.
impl fmt::Display for Identifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_plain() {
            formatter.write_str(&self.0)
        } else {
            write!(formatter, "\"{}\"", self.0.replace('"', "\"\""))
        }
    }
}

impl FromStr for Identifier {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// A table with its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualifiedName {
    /// Its schema.
    pub schema: Identifier,
    /// Its name.
    pub name: Identifier,
}

/// `schema.table`; without a schema `public`.
impl FromStr for QualifiedName {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (schema, name) = text.split_once('.').unwrap_or(("public", text));
        Ok(Self {
            schema: Identifier::parse_schema(schema)?,
            name: Identifier::parse(name)?,
        })
    }
}

impl fmt::Display for QualifiedName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.schema, self.name)
    }
}

/// A text as SQL writes it, whatever `standard_conforming_strings` says.
#[must_use]
pub fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') {
        format!("E'{}'", quoted.replace('\\', "\\\\"))
    } else {
        format!("'{quoted}'")
    }
}

/// Words that SQL keeps to itself besides `current_…`, in alphabetical order. One that a later PostgreSQL adds makes a statement fail, never
/// mean something else.
const RESERVED: [&str; 94] = [
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_a_name() {
        for (text, written) in [
            ("stores", "stores"),
            ("_2", "_2"),
            ("user", "\"user\""),
            ("current_role", "\"current_role\""),
            ("Orders", "\"Orders\""),
            ("a\"; drop table x; --", "\"a\"\"; drop table x; --\""),
            ("größe", "\"größe\""),
        ] {
            assert_eq!(Identifier::parse(text).unwrap().to_string(), written);
        }
        for text in ["", "a$b", "a\nb", "a\0", &"x".repeat(64)] {
            assert!(Identifier::parse(text).is_err(), "{text:?}");
        }
        assert!(Identifier::parse_schema("pg_catalog").is_err());
    }

    #[test]
    fn a_table_has_a_schema() {
        let name = |text: &str| text.parse::<QualifiedName>().map(|name| name.to_string());
        assert_eq!(name("shop.orders"), Ok("shop.orders".to_owned()));
        assert_eq!(name("orders"), Ok("public.orders".to_owned()));
        assert_eq!(name("shop.a.b"), Ok("shop.\"a.b\"".to_owned()));
        for text in ["", ".", "shop.", ".orders", "pg_catalog.pg_class"] {
            assert!(name(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_text_stays_a_text() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("a\\' or true --"), "E'a\\\\'' or true --'");
    }
}
