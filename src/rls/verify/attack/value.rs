//! Owns what is written into a column of a synthetic row: something that its type, its checks and its partition take.

use super::context::{Cast, Part, Tenant};
use super::hints::{Hint, Hints};
use crate::rls::verify::catalog::{Column, Table};
use crate::rls::verify::expression::Expression;
use crate::rls::verify::quote;

/// Whose row it is, and a number that no other synthetic row has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) tenant: Tenant,
    /// Whose person stands in it: not always the tenant's own.
    pub(super) person: (Tenant, Part),
    /// What the row makes of them.
    pub(super) role: Part,
    pub(super) number: u32,
}

/// Writes values.
#[derive(Debug)]
pub(super) struct Values<'a> {
    pub(super) cast: &'a Cast,
    pub(super) hints: &'a Hints,
    pub(super) publicity: Publicity,
}

/// Whether rows say of themselves that they are everybody's to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Publicity {
    Private,
    Public,
}

impl Values<'_> {
    /// The value as an SQL constant, or none if the column's type is not known here.
    pub(super) fn constant(&self, table: &Table, column: &Column, row: Row) -> Option<String> {
        let value = match self.hints.of_column(table, &column.name) {
            Some(Hint::Tenant) => Some(self.cast.organization(row.tenant)),
            Some(Hint::Person) => Some(self.cast.person(row.person.0, row.person.1)),
            Some(Hint::Role) => Some(role(table, column, row.role)),
            None => match self.hints.opening(table, column) {
                Some(opening) if self.publicity == Publicity::Public => Some(opening.to_owned()),
                _ => plain(table, column, row.number),
            },
        };
        value.map(|value| quote::literal(&value))
    }
}

/// The role's name if the column takes it, else what comes nearest to its end of the list.
fn role(table: &Table, column: &Column, part: Part) -> String {
    let allowed = allowed(table, column);
    let wanted = part.name();
    if allowed.is_empty() || allowed.iter().any(|one| one == wanted) {
        return wanted.to_owned();
    }
    let least = || allowed.last().cloned();
    match part {
        Part::Owner => allowed.first().cloned(),
        Part::Admin => allowed.get(1).cloned().or_else(least),
        Part::Viewer => least(),
    }
    .unwrap_or_else(|| wanted.to_owned())
}

/// The values that an enum or a check lists.
fn allowed(table: &Table, column: &Column) -> Vec<String> {
    if !column.labels.is_empty() {
        return column.labels.clone();
    }
    let checks = table.checks.iter().filter(|check| check.column == column.name);
    checks
        .filter(|check| check.definition.contains("ANY (") || check.definition.contains(" = '"))
        .flat_map(|check| texts(&check.definition))
        .filter(|text| !text.is_empty())
        .collect()
}

/// The string constants of a definition.
fn texts(definition: &str) -> Vec<String> {
    let definition = Expression::parse(definition);
    definition.texts().into_iter().map(str::to_owned).collect()
}

fn plain(table: &Table, column: &Column, number: u32) -> Option<String> {
    if let Some(bound) = in_partition(table, column) {
        return Some(bound);
    }
    if let Some(first) = allowed(table, column).into_iter().next() {
        return Some(first);
    }
    let key = is_key(table, column);
    let value = match column.base.as_str() {
        "uuid" => format!("51679e70-0001-7000-8000-{number:012}"),
        "int2" if key => (30_000 + number % 2_000).to_string(),
        "int4" | "int8" if key => (2_100_000_000 + number).to_string(),
        "int2" | "int4" | "int8" | "numeric" | "float4" | "float8" | "money" | "oid" => "1".to_owned(),
        "bool" => "false".to_owned(),
        "json" | "jsonb" => "{}".to_owned(),
        "timestamp" | "timestamptz" | "date" => "2000-01-01".to_owned(),
        "time" | "timetz" => "00:00".to_owned(),
        "interval" => "1 day".to_owned(),
        "bytea" => "\\x51".to_owned(),
        "inet" | "cidr" => "192.0.2.1".to_owned(),
        "macaddr" => "02:00:00:00:00:01".to_owned(),
        "xml" => "<a/>".to_owned(),
        "tsvector" => "a".to_owned(),
        "bit" => "0".to_owned(),
        _ if column.is_text() => letters(column, number),
        _ if column.category == "A" => "{}".to_owned(),
        _ if column.category == "R" => "empty".to_owned(),
        _ => return None,
    };
    Some(value)
}

fn letters(column: &Column, number: u32) -> String {
    let has = |word: &str| column.name.contains(word);
    let text = if has("mail") {
        format!("verify-{number}@example.invalid")
    } else if has("url") || has("uri") || has("link") {
        format!("https://verify.invalid/{number}")
    } else if has("color") || has("colour") {
        "#000000".to_owned()
    } else if has("currency") {
        "EUR".to_owned()
    } else if has("phone") {
        format!("+999{number:09}")
    } else {
        format!("verify-{number}")
    };
    let longest = column.length.and_then(|length| usize::try_from(length).ok());
    match longest {
        // What tells two rows apart stands at the end.
        Some(longest) => text
            .chars()
            .skip(text.chars().count().saturating_sub(longest))
            .collect(),
        None => text,
    }
}

/// Whether rows are told apart, or pointed at, by the column.
pub(super) fn is_key(table: &Table, column: &Column) -> bool {
    table
        .indexes
        .iter()
        .any(|index| index.unique && index.columns.contains(&Some(column.name.clone())))
}

/// A value that one of the table's partitions takes.
fn in_partition(table: &Table, column: &Column) -> Option<String> {
    let at = table
        .partitioned_by
        .iter()
        .position(|name| *name == column.name)?;
    let bound = table.bounds.iter().find(|bound| *bound != "DEFAULT")?;
    texts(bound).into_iter().nth(at)
}
