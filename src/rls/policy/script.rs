//! Owns the text of the policies of one table. It can be run again at any time, and replaces what it made before.

use std::fmt::Write as _;

use super::table::{ColumnType, Table};
use super::template::{PolicyRequest, Template};
use crate::rls::RlsError;
use crate::rls::identifier::{Identifier, QualifiedName, literal};
use crate::rls::kit::grantee;

const COMMANDS: [&str; 4] = ["select", "insert", "update", "delete"];

/// Who may do what, as conditions. None: nobody.
struct Conditions {
    select: String,
    insert: Option<String>,
    update: Option<String>,
    delete: Option<String>,
}

/// The whole script, without `begin` and `commit`: it must run in one transaction.
pub fn script(request: &PolicyRequest, table: &Table) -> Result<String, RlsError> {
    request.check()?;
    let name = &request.table;
    let mut text = String::new();
    let mut line = |statement: String| {
        text.push_str(&statement);
        text.push_str(";\n");
    };
    // Also for the table's owner; and what holds its rows is a table of its own to whoever names it.
    let holders = table.children.iter().map(|child| (&child.name, child.indexed));
    for (secured, indexed) in std::iter::once((name, table.indexed)).chain(holders) {
        line(format!("alter table {secured} enable row level security"));
        line(format!("alter table {secured} force row level security"));
        if let Some(column) = request.tenant_column.as_ref().or(request.owner_column.as_ref())
            && !indexed
        {
            let index = Identifier::joined(&[secured.name.as_str(), column.as_str(), "signet_idx"]);
            line(format!(
                "create index if not exists {index} on {secured} ({column})"
            ));
        }
        for command in COMMANDS {
            line(format!("drop policy if exists signet_{command} on {secured}"));
        }
        for policy in policies(secured, request, table) {
            line(policy);
        }
    }
    for (foreign, holder) in &table.foreign {
        line(format!("revoke all on {foreign} from {}", grantee(holder)));
    }
    if request.grant {
        // Last: until then nobody new reads anything.
        for right in &table.missing_rights {
            line(right.clone());
        }
    }
    Ok(text)
}

fn policies(name: &QualifiedName, request: &PolicyRequest, table: &Table) -> Vec<String> {
    let conditions = conditions(request, table);
    let to: Vec<String> = request.to.iter().map(grantee).collect();
    let policy = |command: &str, clauses: &[(&str, &str)]| {
        let to = to.join(", ");
        let mut text = format!("create policy signet_{command} on {name} for {command} to {to}");
        for (clause, condition) in clauses {
            // Writing into a String cannot fail.
            let _ = write!(text, "\n    {clause} ({condition})");
        }
        text
    };
    let select = policy("select", &[("using", &conditions.select)]);
    let insert = conditions
        .insert
        .map(|may| policy("insert", &[("with check", &may)]));
    let update = conditions
        .update
        .map(|may| policy("update", &[("using", &may), ("with check", &may)]));
    let delete = conditions.delete.map(|may| policy("delete", &[("using", &may)]));
    let policies = [Some(select), insert, update, delete];
    policies.into_iter().flatten().collect()
}

fn conditions(request: &PolicyRequest, table: &Table) -> Conditions {
    let kit = &request.kit;
    let tenant = request.tenant_column.as_ref().map(|column| match table.tenant {
        ColumnType::Text => format!("{column} = (select {kit}.org_id())"),
        ColumnType::Uuid => format!("{column} = (select {kit}.org_id_uuid())"),
    });
    let owner = request.owner_column.as_ref().map(|column| match table.owner {
        ColumnType::Text => format!("{column} = (select {kit}.uid())"),
        ColumnType::Uuid => format!("{column} = (select {kit}.uid_uuid())"),
    });
    let all = |parts: &[&Option<String>]| {
        let parts: Vec<&str> = parts.iter().filter_map(|part| part.as_deref()).collect();
        parts.join(" and ")
    };
    let (read, write, delete) = (
        request.read.condition(kit),
        request.write.condition(kit),
        request.delete.condition(kit),
    );
    match &request.template {
        Template::Read => Conditions {
            select: all(&[&tenant, &read]),
            insert: None,
            update: None,
            delete: None,
        },
        Template::Shared => Conditions {
            select: format!("(select {kit}.is_current())"),
            insert: None,
            update: None,
            delete: None,
        },
        Template::OwnerOnly => {
            let own = all(&[&tenant, &owner]);
            Conditions {
                select: own.clone(),
                insert: Some(own.clone()),
                update: Some(own.clone()),
                delete: Some(own),
            }
        }
        Template::WriteByRole => {
            // Nobody writes in another's name; who may delete may also mend.
            let change = match (&owner, &write, &delete) {
                (None, _, _) => all(&[&tenant, &write]),
                (Some(_), _, None) => all(&[&tenant]),
                (Some(own), write, Some(delete)) => {
                    let own = all(&[&Some(own.clone()), write]);
                    all(&[&tenant, &Some(format!("(({own}) or {delete})"))])
                }
            };
            let remove = if owner.is_some() {
                change.clone()
            } else {
                all(&[&tenant, &delete])
            };
            Conditions {
                select: all(&[&tenant, &read]),
                insert: Some(all(&[&tenant, &owner, &write])),
                update: Some(change),
                delete: Some(remove),
            }
        }
        Template::Module(module) => {
            let can = |action: &str| format!("(select {kit}.can({}, '{action}'))", literal(module));
            let may = |action: &str| all(&[&tenant, &Some(can(action))]);
            // A writer neither gives a row away nor takes another's over; who may delete may also mend.
            let update = owner.as_ref().map_or_else(
                || may("write"),
                |own| {
                    let change = format!("(({own} and {}) or {})", can("write"), can("admin"));
                    all(&[&tenant, &Some(change)])
                },
            );
            Conditions {
                select: may("read"),
                insert: Some(all(&[&Some(may("write")), &owner])),
                update: Some(update),
                delete: Some(may("admin")),
            }
        }
    }
}
