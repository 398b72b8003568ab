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
    /// In quotes, but not as SQL writes it.
    #[error(
        "the name {0} begins with a quote that does not end it; inside of quotes a quote is written twice"
    )]
    Quotes(String),
    /// A schema that is PostgreSQL's own.
    #[error("the schema {0} is PostgreSQL's own")]
    System(String),
}

/// The name of a schema, a table, a column or a role, as it stands in the catalogue: `Orders` is not `orders`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identifier(String);

impl Identifier {
    /// Takes a name as it stands in the catalogue.
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

    /// Reads the name of a schema that something may be put into, as people write it.
    pub fn parse_schema(text: &str) -> Result<Self, IdentifierError> {
        text.parse::<Self>()?.outside_of_postgresql()
    }

    fn outside_of_postgresql(self) -> Result<Self, IdentifierError> {
        if self.0.starts_with("pg_") || self.0 == "information_schema" {
            return Err(IdentifierError::System(self.0));
        }
        Ok(self)
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

/// As people write it: as it stands in the catalogue, or in quotes as SQL has it.
impl FromStr for Identifier {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(&unquoted(text)?)
    }
}

/// A name as it stands in the catalogue, of how people or SQL write it: `Orders` and `"Orders"` are the same.
pub(super) fn unquoted(text: &str) -> Result<String, IdentifierError> {
    match text.strip_prefix('"').map(quoted) {
        None => Ok(text.to_owned()),
        Some(Some((name, ""))) => Ok(name),
        Some(_) => Err(IdentifierError::Quotes(text.to_owned())),
    }
}

/// The schema, if one is written, and the name.
pub(super) fn parts(text: &str) -> Result<(Option<String>, String), IdentifierError> {
    let wrong = || IdentifierError::Quotes(text.to_owned());
    let (schema, name) = match text.strip_prefix('"') {
        None => match text.split_once('.') {
            None => return Ok((None, text.to_owned())),
            Some((schema, name)) => (schema.to_owned(), name),
        },
        Some(after) => match quoted(after).ok_or_else(wrong)? {
            (name, "") => return Ok((None, name)),
            (schema, rest) => (schema, rest.strip_prefix('.').ok_or_else(wrong)?),
        },
    };
    Ok((Some(schema), unquoted(name)?))
}

/// What stands before the quote that ends a name, and what follows that; inside, a quote is written twice.
fn quoted(mut text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    loop {
        let (before, after) = text.split_once('"')?;
        name.push_str(before);
        let Some(more) = after.strip_prefix('"') else {
            return Some((name, after));
        };
        name.push('"');
        text = more;
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

impl QualifiedName {
    /// As one word of a shell, which [`FromStr`] reads again.
    #[must_use]
    pub fn in_a_shell(&self) -> String {
        let (schema, name) = (self.schema.as_str(), self.name.as_str());
        let simple = |part: &str| {
            part.chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        };
        if simple(schema) && simple(name) {
            format!("{schema}.{name}")
        } else {
            format!("'{}'", self.to_string().replace('\'', "'\\''"))
        }
    }
}

/// `schema.table`, each of them in quotes or not; without a schema `public`.
impl FromStr for QualifiedName {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (schema, name) = parts(text)?;
        let schema = Identifier::parse(schema.as_deref().unwrap_or("public"))?;
        Ok(Self {
            schema: schema.outside_of_postgresql()?,
            name: Identifier::parse(&name)?,
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
    fn a_name_may_be_written_as_sql_writes_it() {
        let name = |text: &str| text.parse::<QualifiedName>().map(|name| name.to_string());
        for (text, read) in [
            ("public.\"Order Items\"", "public.\"Order Items\""),
            ("public.Order Items", "public.\"Order Items\""),
            ("\"Order Items\"", "public.\"Order Items\""),
            ("\"a.b\".\"c\"\"d\"", "\"a.b\".\"c\"\"d\""),
            ("\"shop\".orders", "shop.orders"),
        ] {
            assert_eq!(name(text), Ok(read.to_owned()), "{text}");
            assert_eq!(name(read), Ok(read.to_owned()), "what is written is read again");
        }
        for text in [
            "\"",
            "\"a",
            "\"a\"b",
            "\"a\"\"",
            "a.\"b",
            "\"a\".",
            "\"pg_catalog\".x",
            "\"\".x",
        ] {
            assert!(name(text).is_err(), "{text}");
        }
        let items: QualifiedName = "public.\"it's\"".parse().unwrap();
        assert_eq!(items.in_a_shell(), "'public.\"it'\\''s\"'");
    }

    #[test]
    fn a_text_stays_a_text() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("a\\' or true --"), "E'a\\\\'' or true --'");
    }
}
