//! Owns what columns mean, as far as their names and foreign keys tell: whose a row is, who made it, what somebody is.

use std::collections::BTreeMap;

use super::context::IdForm;
use super::value::is_key;
use crate::rls::verify::catalog::{Check, Column, Oid, Table};
use crate::rls::verify::expression::Expression;
use crate::rls::verify::scope::Scope;

/// What a column means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hint {
    /// The organization.
    Tenant,
    /// The person.
    Person,
    /// What the person is there.
    Role,
}

/// Meanings by table and column.
#[derive(Debug)]
pub(super) struct Hints {
    meanings: BTreeMap<(Oid, String), Hint>,
    /// What a column holds where policies let rows through for it.
    openings: BTreeMap<(Oid, String), String>,
}

const PEOPLE: [&str; 14] = [
    "user_id",
    "owner_id",
    "owner_user_id",
    "created_by",
    "author_id",
    "author",
    "creator_id",
    "created_by_id",
    "uploaded_by",
    "sender_id",
    "member_id",
    "person_id",
    "profile_id",
    "account_user_id",
];

const ROLES: [&str; 4] = ["role", "org_role", "member_role", "user_role"];

impl Hints {
    /// Reads them off every table; a foreign key passes on what its column means.
    pub(super) fn of(scope: &Scope<'_>) -> Self {
        let mut hints = BTreeMap::new();
        for table in &scope.catalog.tables {
            for column in &table.columns {
                if let Some(hint) = by_name(table, column) {
                    hints.insert((table.oid, column.name.clone()), hint);
                }
            }
        }
        for subject in &scope.subjects {
            if let Some(tenant) = subject.tenant {
                hints.insert((subject.table.oid, tenant.name.clone()), Hint::Tenant);
            }
        }
        let mut grows = true;
        while grows {
            grows = false;
            for (target, hint) in passed_on(scope, &hints) {
                grows |= hints.insert(target, hint) != Some(hint);
            }
        }
        Self {
            openings: openings(scope, &hints),
            meanings: hints,
        }
    }

    /// What makes a row one that says of itself that it may be seen: `true` for `is_public`, or for whatever flag a
    /// policy looks at; the constant that a policy compares it with.
    pub(super) fn opening(&self, table: &Table, column: &Column) -> Option<&str> {
        let found = self.openings.get(&(table.oid, column.name.clone()));
        found.map(String::as_str)
    }

    pub(super) fn of_column(&self, table: &Table, column: &str) -> Option<Hint> {
        self.meanings.get(&(table.oid, column.to_owned())).copied()
    }

    /// The column of a table that means this.
    pub(super) fn column<'a>(&self, table: &'a Table, hint: Hint) -> Option<&'a Column> {
        let mut columns = table.columns.iter();
        columns.find(|column| self.of_column(table, &column.name) == Some(hint))
    }

    /// Whether a row says who is what where.
    pub(super) fn is_membership(&self, table: &Table) -> bool {
        self.column(table, Hint::Person).is_some() && self.column(table, Hint::Role).is_some()
    }

    /// How the ids of organizations, or of people, look: as most of their columns are.
    pub(super) fn form(&self, scope: &Scope<'_>, hint: Hint) -> IdForm {
        let columns: Vec<&Column> = scope
            .subjects
            .iter()
            .filter_map(|subject| self.column(subject.table, hint))
            .collect();
        let numbers = columns.iter().filter(|column| column.is_integer()).count();
        if numbers * 2 > columns.len() {
            IdForm::Number
        } else {
            IdForm::Uuid
        }
    }
}

fn openings(scope: &Scope<'_>, hints: &BTreeMap<(Oid, String), Hint>) -> BTreeMap<(Oid, String), String> {
    let policies = scope.catalog.tables.iter().flat_map(|table| &table.policies);
    let texts: Vec<Expression> = policies
        .flat_map(|policy| policy.expressions().map(Expression::parse).collect::<Vec<_>>())
        .collect();
    let compared: BTreeMap<String, String> = texts.iter().flat_map(Expression::constants).collect();
    let mut openings = BTreeMap::new();
    for table in &scope.catalog.tables {
        for column in &table.columns {
            let place = (table.oid, column.name.clone());
            if hints.contains_key(&place) || is_key(table, column) || column.generated {
                continue;
            }
            let named = column.name.contains("public") || column.name.contains("shared");
            if column.base == "bool" {
                if named || texts.iter().any(|text| text.mentions(&column.name)) {
                    openings.insert(place, "true".to_owned());
                }
            } else if let Some(constant) = compared.get(&column.name)
                && (column.is_text() || column.base_kind == "e")
            {
                openings.insert(place, constant.clone());
            }
        }
    }
    openings
}

fn by_name(table: &Table, column: &Column) -> Option<Hint> {
    if ROLES.contains(&column.name.as_str()) {
        (column.is_text() || column.base_kind == "e").then_some(Hint::Role)
    } else {
        // `author in ('user', 'ai')` is no person.
        let listed = |check: &Check| check.column == column.name && check.definition.contains("ANY (");
        let person = PEOPLE.contains(&column.name.as_str()) && column.base_kind != "e";
        (person && !table.checks.iter().any(listed)).then_some(Hint::Person)
    }
}

/// What foreign keys make of their targets. A person's own table keeps what it means by itself.
fn passed_on(scope: &Scope<'_>, hints: &BTreeMap<(Oid, String), Hint>) -> Vec<((Oid, String), Hint)> {
    let mut passed = Vec::new();
    for table in &scope.catalog.tables {
        for reference in &table.references {
            for (column, target) in reference.columns.iter().zip(&reference.target_columns) {
                let hint = hints.get(&(table.oid, column.clone())).copied();
                let key = (reference.target, target.clone());
                match hint {
                    Some(hint) if !hints.contains_key(&key) => passed.push((key, hint)),
                    _ => {}
                }
                // `id uuid primary key references auth.users`: one to one, so the same meaning.
                let back = hints.get(&(reference.target, target.clone())).copied();
                let own = (table.oid, column.clone());
                let one_to_one = table
                    .indexes
                    .iter()
                    .any(|index| index.primary && index.columns == [Some(column.clone())]);
                if let (Some(back), true, false) = (back, one_to_one, hints.contains_key(&own)) {
                    passed.push((own, back));
                }
            }
        }
    }
    passed
}
