//! Owns what a verification is told: where the kit is, what a tenant column is called, which tables and roles count.

use std::str::FromStr;

use super::code::Code;
use super::error::VerifyError;
use crate::rls::identifier::{IdentifierError, parts, unquoted};

/// Reads the name of a role, a schema or a column of somebody else's database: as it stands there, or in quotes.
pub fn name(text: &str) -> Result<String, IdentifierError> {
    unquoted(text)
}

/// What to verify.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The schema of the kit's functions.
    pub schema: String,
    /// The column that says whose a row is.
    pub tenant_column: String,
    /// Tables that count though they have no such column.
    pub tables: Vec<Pattern>,
    /// The roles to examine; empty means every role that holds rights on the tables.
    pub roles: Vec<String>,
    /// Roles of the organizations' own, besides owner, admin, member and viewer.
    pub org_roles: Vec<String>,
    /// Findings that are meant so.
    pub accepted: Vec<Accepted>,
    /// Whether a table may be locked for everybody else while it is attacked.
    pub locking: Locking,
}

/// How much a verification may stand in the way of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locking {
    /// Rows of its own, and at most a hundred others for the length of one attack.
    Gentle,
    /// FORCE is lifted for the length of the attacks, which locks the tables: more can be checked.
    Exclusive,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            schema: "auth".to_owned(),
            tenant_column: "org_id".to_owned(),
            tables: Vec::new(),
            roles: Vec::new(),
            org_roles: Vec::new(),
            accepted: Vec::new(),
            locking: Locking::Gentle,
        }
    }
}

/// A table's name with `*` for any letters: `public.chat_*`, in quotes or not. Without a schema it is one of `public`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    schema: String,
    table: String,
}

impl FromStr for Pattern {
    type Err = VerifyError;

    fn from_str(text: &str) -> Result<Self, VerifyError> {
        let wrong = || VerifyError::Pattern {
            pattern: text.to_owned(),
        };
        let (schema, table) = parts(text).map_err(|_| wrong())?;
        let schema = schema.unwrap_or_else(|| "public".to_owned());
        if schema.is_empty() || table.is_empty() {
            return Err(wrong());
        }
        Ok(Self { schema, table })
    }
}

impl Pattern {
    /// Whether it means this table.
    #[must_use]
    pub fn matches(&self, schema: &str, table: &str) -> bool {
        fits(&self.schema, schema) && fits(&self.table, table)
    }
}

fn fits(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut name) = name.strip_prefix(start) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some((_, after)) = name.split_once(part) else {
            return false;
        };
        name = after;
    }
    name.ends_with(end)
}

/// A finding that is meant so: `code`, or `code:schema.table`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    code: Code,
    table: Option<Pattern>,
}

impl FromStr for Accepted {
    type Err = VerifyError;

    fn from_str(text: &str) -> Result<Self, VerifyError> {
        let (code, table) = match text.split_once(':') {
            Some((code, table)) => (code, Some(table.parse()?)),
            None => (text, None),
        };
        Ok(Self {
            code: Code::parse(code).ok_or_else(|| VerifyError::NoSuchCode {
                code: code.to_owned(),
            })?,
            table,
        })
    }
}

impl Accepted {
    /// Whether it means a finding of this code on this table.
    #[must_use]
    pub fn covers(&self, code: Code, schema: &str, name: &str) -> bool {
        self.code == code
            && self
                .table
                .as_ref()
                .is_none_or(|pattern| pattern.matches(schema, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_letters() {
        for (pattern, schema, table, matches) in [
            ("public.*", "public", "orders", true),
            ("orders", "public", "orders", true),
            ("orders", "shop", "orders", false),
            ("*.chat_*s", "app", "chat_messages", true),
            ("*.chat_*s", "app", "chat_message", false),
            ("a.b*b", "a", "b", false),
            ("a.*x*y*", "a", "1x2y3", true),
            ("public.\"Order Items\"", "public", "Order Items", true),
            ("\"Shop\".\"Order *\"", "Shop", "Order Items", true),
        ] {
            let pattern: Pattern = pattern.parse().unwrap();
            assert_eq!(
                pattern.matches(schema, table),
                matches,
                "{pattern:?} {schema}.{table}"
            );
        }
        assert!("public.".parse::<Pattern>().is_err() && "".parse::<Pattern>().is_err());
    }

    #[test]
    fn a_finding_is_accepted_everywhere_or_on_one_table() {
        let everywhere: Accepted = "policy-for-all".parse().unwrap();
        assert!(everywhere.covers(Code::PolicyForAll, "public", "orders"));
        let here: Accepted = "policy-for-all:public.chat_*".parse().unwrap();
        assert!(here.covers(Code::PolicyForAll, "public", "chat_messages"));
        assert!(!here.covers(Code::PolicyForAll, "public", "orders"));
        assert!("no-such-code".parse::<Accepted>().is_err());
    }
}
