//! Owns the attacks on views: who must see nothing of the tables sees nothing of what is made of them.

use super::context::Context;
use super::hostile::{Hostile, Speech};
use super::select::rows;
use super::session::{Session, Statement};
use crate::rls::verify::catalog::{Privilege, Role, View};
use crate::rls::verify::code::Code;
use crate::rls::verify::finding::{Finding, Findings};
use crate::rls::verify::quote;
use crate::rls::verify::scope::Scope;

/// Looks into every view that the role may read and that is made of isolated tables.
pub(super) async fn attack(
    scope: &Scope<'_>,
    session: &mut Session,
    role: &Role,
    hostile: &[Hostile],
    findings: &mut Findings,
) -> Result<(), sqlx::Error> {
    for view in scope
        .catalog
        .views
        .iter()
        .filter(|view| is_meant(scope, role, view))
    {
        let statement = format!(
            "select pg_catalog.count(*) from (select 1 from {} limit 100) seen",
            quote::qualified(&view.schema, &view.name)
        );
        let mut transports = Vec::new();
        for one in hostile {
            let outcome = session
                .attack(&role.name, &one.context, Statement::Count(&statement))
                .await?;
            if outcome.touched() > 0 {
                transports.push(format!("{} ({})", one.told, rows(&outcome)));
            }
        }
        if let Some(first) = transports.first() {
            let name = quote::plain_qualified(&view.schema, &view.name);
            let reader = quote::plain(&role.name);
            let fix = if view.materialized {
                format!("revoke all on {name} from {reader};")
            } else {
                format!("alter view {name} set (security_invoker = true);")
            };
            let problem = format!(
                "rows are seen through it by who must see none: {first}{}",
                match transports.len() - 1 {
                    0 => String::new(),
                    more => format!("; and {more} more"),
                }
            );
            let finding = Finding::new(Code::RowsThroughView, problem, fix);
            findings.add(finding.on(&view.schema, &view.name).by(&role.name));
        }
    }
    Ok(())
}

fn is_meant(scope: &Scope<'_>, role: &Role, view: &View) -> bool {
    let secured = |oid: &i64| {
        let mut subjects = scope.subjects.iter();
        subjects.any(|subject| subject.table.oid == *oid && subject.table.secured && subject.tenant.is_some())
    };
    let reads = |grantee| role.has_rights_of(grantee);
    view.reads.iter().any(secured)
        && view
            .grants
            .iter()
            .any(|grant| grant.privilege == Privilege::Select && reads(grant.grantee))
}

/// Somebody who never said anything.
pub(super) fn silent() -> Vec<Hostile> {
    vec![Hostile {
        code: Code::RowsWithoutContext,
        told: "with no setting at all",
        context: Context::none(),
        speech: Speech::Nothing,
    }]
}
