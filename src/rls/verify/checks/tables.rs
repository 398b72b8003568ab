//! Owns the checks of tables: is row-level security on, does it bind everybody, and what reaches past it.

use crate::rls::verify::catalog::{Privilege, Table, TableKind};
use crate::rls::verify::code::Code;
use crate::rls::verify::finding::{Finding, Findings};
use crate::rls::verify::quote;
use crate::rls::verify::scope::{Scope, Subject};

const COMMANDS: [Privilege; 4] = [
    Privilege::Select,
    Privilege::Insert,
    Privilege::Update,
    Privilege::Delete,
];

/// Checks one table.
pub(super) fn check(scope: &Scope<'_>, subject: &Subject<'_>, findings: &mut Findings) {
    let table = subject.table;
    if !table.secured {
        let finding = unsecured(scope, subject);
        findings.add(if scope.is_reachable(table) {
            finding
        } else {
            finding.noticed()
        });
        return;
    }
    let name = table.plain();
    if !table.forced {
        findings.add(
            Finding::new(
                Code::RlsNotForced,
                format!(
                    "row-level security does not bind the owner, {}: whoever connects as it, and every function and \
                     view of its, sees all rows",
                    scope.role_name(table.owner)
                ),
                format!("alter table {name} force row level security;"),
            )
            .on(&table.schema, &table.name),
        );
    }
    without_policy(scope, subject, findings);
    past_policies(scope, table, findings);
}

fn unsecured(scope: &Scope<'_>, subject: &Subject<'_>) -> Finding {
    let table = subject.table;
    let name = table.plain();
    let fix = format!(
        "alter table {name} enable row level security;\nalter table {name} force row level security;\n\
         -- then: signet rls policy"
    );
    if table.kind == TableKind::Foreign {
        let mut holders: Vec<String> = table
            .grants
            .iter()
            .filter(|grant| grant.grantee != table.owner)
            .map(|grant| match scope.catalog.roles.get(&grant.grantee) {
                Some(role) => quote::plain(&role.name),
                None => "public".to_owned(),
            })
            .collect();
        holders.sort();
        holders.dedup();
        Finding::new(
            Code::PartitionUnprotected,
            "this partition is another server's table, which can have no policies, and can be reached by its own name",
            format!("revoke all on {name} from {};", holders.join(", ")),
        )
    } else if table.parents.is_empty() {
        Finding::new(
            Code::RlsOff,
            "row-level security is off: whoever is granted anything sees every row",
            fix,
        )
    } else {
        Finding::new(
            Code::PartitionUnprotected,
            "this part of another table can be reached by its own name, where its parent's policies do not count",
            fix,
        )
    }
    .on(&table.schema, &table.name)
}

/// Commands that are granted and that no policy lets through.
fn without_policy(scope: &Scope<'_>, subject: &Subject<'_>, findings: &mut Findings) {
    let table = subject.table;
    for command in COMMANDS {
        let permissive: Vec<_> = table
            .policies
            .iter()
            .filter(|policy| policy.permissive && policy.command.covers(command))
            .collect();
        for role in scope.roles_with(table, command) {
            let judged = permissive
                .iter()
                .any(|policy| scope.judged_by(policy).iter().any(|one| one.oid == role.oid));
            if judged || scope.escapes(role.oid, table) {
                continue;
            }
            let (name, role_name) = (table.plain(), quote::plain(&role.name));
            let verb = command.name();
            findings.add(
                Finding::new(
                    Code::NoPolicy,
                    format!("{verb} is granted and no policy lets a row through"),
                    format!(
                        "revoke {verb} on {name} from {role_name};\n-- or: {}",
                        policy_for(scope, subject, command, &role_name)
                    ),
                )
                .on(&table.schema, &table.name)
                .by(&role.name),
            );
        }
    }
}

/// A policy as the kit writes it.
pub(super) fn policy_for(
    scope: &Scope<'_>,
    subject: &Subject<'_>,
    command: Privilege,
    roles: &str,
) -> String {
    let condition = scope.condition(subject);
    let judged = match command {
        Privilege::Insert => format!("with check ({condition})"),
        Privilege::Update => format!("using ({condition}) with check ({condition})"),
        _ => format!("using ({condition})"),
    };
    format!(
        "create policy {} on {} for {} to {roles} {judged};",
        quote::plain(&format!("{}_{}", subject.table.name, command.name())),
        subject.table.plain(),
        command.name(),
    )
}

/// Rights that no policy judges.
fn past_policies(scope: &Scope<'_>, table: &Table, findings: &mut Findings) {
    let name = table.plain();
    if table.grants.iter().any(|grant| grant.grantee == 0) {
        findings.add(
            Finding::new(
                Code::GrantedToPublic,
                "rights on the table are granted to PUBLIC, so to every role that will ever be",
                format!("revoke all on {name} from public;"),
            )
            .on(&table.schema, &table.name),
        );
    }
    for (privilege, code, problem) in [
        (
            Privilege::Truncate,
            Code::TruncateGranted,
            "may truncate the table, which asks no policy: every tenant's rows are gone",
        ),
        (
            Privilege::Trigger,
            Code::TriggerGranted,
            "may put a trigger on the table, which runs in the name of whoever writes to it next",
        ),
    ] {
        for role in scope.roles_with(table, privilege) {
            if role.is_mighty() || role.has_rights_of(table.owner) {
                continue;
            }
            let fix = format!(
                "revoke {} on {name} from {};",
                privilege.name(),
                quote::plain(&role.name)
            );
            findings.add(
                Finding::new(code, problem, fix)
                    .on(&table.schema, &table.name)
                    .by(&role.name),
            );
        }
    }
}

/// Tables outside the scope whose rows hang on an isolated table, and that have no isolation of their own.
pub(super) fn check_children(scope: &Scope<'_>, findings: &mut Findings) {
    let inside = |oid| scope.subjects.iter().any(|subject| subject.table.oid == oid);
    let outside = scope
        .catalog
        .tables
        .iter()
        .filter(|table| !inside(table.oid) && !table.secured && table.schema != scope.settings.schema)
        .filter(|table| table.parents.is_empty() && scope.is_reachable(table));
    for table in outside {
        let Some(parent) = table
            .references
            .iter()
            .filter(|reference| inside(reference.target))
            .find_map(|reference| scope.catalog.table(reference.target))
        else {
            continue;
        };
        let name = table.plain();
        findings.add(
            Finding::new(
                Code::ChildWithoutRls,
                format!("its rows hang on {}, which is isolated, and are open themselves", parent.plain()),
                format!(
                    "alter table {name} enable row level security;\nalter table {name} force row level security;\n\
                     -- then a policy that asks {}, or a column {} of its own",
                    parent.plain(),
                    quote::plain(&scope.settings.tenant_column)
                ),
            )
            .on(&table.schema, &table.name),
        );
    }
}
