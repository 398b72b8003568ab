//! Owns the checks of keys and indexes: is a tenant's part found fast, and what do keys tell about other tenants.

use crate::rls::verify::catalog::{Column, Index, Table, TableKind};
use crate::rls::verify::code::Code;
use crate::rls::verify::finding::{Finding, Findings};
use crate::rls::verify::quote;
use crate::rls::verify::scope::{Scope, Subject};

/// Checks one table.
pub(super) fn check(scope: &Scope<'_>, subject: &Subject<'_>, findings: &mut Findings) {
    if let Some(tenant) = subject.tenant {
        tenant_column(subject.table, tenant, findings);
        for index in subject.table.indexes.iter().filter(|index| index.unique) {
            unique(subject.table, tenant, index, findings);
        }
        references(scope, subject.table, tenant, findings);
    }
    creators(scope, subject, findings);
}

fn tenant_column(table: &Table, tenant: &Column, findings: &mut Findings) {
    let column = quote::plain(&tenant.name);
    if !tenant.required {
        findings.add(
            Finding::new(
                Code::TenantNullable,
                format!("{column} may be null: such a row belongs to nobody and no policy by claim shows it"),
                format!(
                    "alter table {} alter column {column} set not null;",
                    table.plain()
                ),
            )
            .on(&table.schema, &table.name),
        );
    }
    let first = |index: &Index| index.columns.first() == Some(&Some(tenant.name.clone()));
    if !table.indexes.iter().any(|index| first(index) && !index.partial) {
        let concurrently = match table.kind {
            TableKind::Ordinary => "concurrently ",
            TableKind::Partitioned | TableKind::Foreign => "",
        };
        findings.add(
            Finding::new(
                Code::TenantIndexMissing,
                format!("no index begins with {column}: each statement of a tenant reads everybody's rows"),
                format!("create index {concurrently}on {} ({column});", table.plain()),
            )
            .on(&table.schema, &table.name),
        );
    }
}

fn unique(table: &Table, tenant: &Column, index: &Index, findings: &mut Findings) {
    let columns: Vec<&Column> = index
        .columns
        .iter()
        .flatten()
        .filter_map(|name| table.column(name))
        .collect();
    let nullable: Vec<&str> = columns
        .iter()
        .filter(|column| !column.required)
        .map(|column| column.name.as_str())
        .collect();
    if !nullable.is_empty() && columns.len() > 1 && !index.nulls_are_equal && !index.partial {
        findings.add(
            Finding::new(
                Code::UniqueNulls,
                format!(
                    "the unique key {} lets a row in twice where {} is null",
                    index.name,
                    nullable.join(" or ")
                ),
                format!(
                    "create unique index concurrently on {} ({}) nulls not distinct;",
                    table.plain(),
                    listed(&columns)
                ),
            )
            .on(&table.schema, &table.name),
        );
    }
    // Nobody guesses a random key.
    let guessable =
        columns.iter().any(|column| column.base != "uuid") && !(index.primary && columns.len() == 1);
    let mine = columns.iter().any(|column| column.name == tenant.name);
    if guessable && !mine {
        findings.add(
            Finding::new(
                Code::UniqueProbe,
                format!(
                    "the unique key {} has no {}: a refused insert tells that another tenant has the value",
                    index.name, tenant.name
                ),
                format!(
                    "create unique index concurrently on {} ({}, {});",
                    table.plain(),
                    quote::plain(&tenant.name),
                    listed(&columns)
                ),
            )
            .on(&table.schema, &table.name),
        );
    }
}

fn listed(columns: &[&Column]) -> String {
    let names: Vec<String> = columns.iter().map(|column| quote::plain(&column.name)).collect();
    names.join(", ")
}

/// Foreign keys look past policies: they find another tenant's row.
fn references(scope: &Scope<'_>, table: &Table, tenant: &Column, findings: &mut Findings) {
    for reference in &table.references {
        let target = scope
            .subjects
            .iter()
            .find(|subject| subject.table.oid == reference.target);
        let Some((target, target_tenant)) = target.and_then(|subject| Some((subject.table, subject.tenant?)))
        else {
            continue;
        };
        let carried = reference.columns.contains(&tenant.name)
            && reference.target_columns.contains(&target_tenant.name);
        if carried {
            continue;
        }
        let all = |first: &str, columns: &[String]| {
            let names: Vec<String> = std::iter::once(first)
                .chain(columns.iter().map(String::as_str))
                .map(quote::plain)
                .collect();
            names.join(", ")
        };
        let there = all(&target_tenant.name, &reference.target_columns);
        findings.add(
            Finding::new(
                Code::ReferenceCrosses,
                format!(
                    "the foreign key {} may point at another tenant's row of {}, and tells that it exists",
                    reference.name,
                    target.plain()
                ),
                format!(
                    "alter table {} add unique ({there});\n\
                     alter table {} add foreign key ({}) references {} ({there});",
                    target.plain(),
                    table.plain(),
                    all(&tenant.name, &reference.columns),
                    target.plain()
                ),
            )
            .on(&table.schema, &table.name),
        );
    }
}

/// Rows of a tenant that go when the person goes who made them.
fn creators(scope: &Scope<'_>, subject: &Subject<'_>, findings: &mut Findings) {
    let (table, Some(tenant)) = (subject.table, subject.tenant) else {
        return;
    };
    let people = |oid| {
        let target = scope.catalog.table(oid);
        target.is_some_and(|target| matches!(target.name.as_str(), "users" | "user" | "people" | "profiles"))
    };
    let cascading = table
        .references
        .iter()
        .filter(|reference| reference.cascades && people(reference.target))
        .filter(|reference| !reference.columns.contains(&tenant.name));
    // A membership goes with its person; anything else of the tenant should stay.
    for reference in cascading.filter(|_| table.column("role").is_none()) {
        let columns = reference.columns.join(", ");
        findings.add(
            Finding::new(
                Code::CreatorCascade,
                format!("deleting the person in {columns} deletes the row, though it belongs to the tenant"),
                format!(
                    "alter table {} drop constraint {};\n-- and add it again with `on delete set null`, or keep the \
                     person's id without a foreign key",
                    table.plain(),
                    quote::plain(&reference.name)
                ),
            )
            .on(&table.schema, &table.name),
        );
    }
}
