//! Owns the checks of views: whose policies judge what they show.

use crate::rls::verify::catalog::{Privilege, Table, View};
use crate::rls::verify::code::Code;
use crate::rls::verify::finding::{Finding, Findings};
use crate::rls::verify::quote;
use crate::rls::verify::scope::Scope;

/// Checks every view that an application role may read and that shows rows of isolated tables.
pub(super) fn check(scope: &Scope<'_>, findings: &mut Findings) {
    for view in &scope.catalog.views {
        let tables: Vec<&Table> = scope
            .subjects
            .iter()
            .map(|subject| subject.table)
            .filter(|table| view.reads.contains(&table.oid))
            .collect();
        let readers = readers(scope, view);
        if !tables.is_empty() && !readers.is_empty() {
            findings.extend(judge(scope, view, &tables, &readers));
        }
    }
}

fn readers(scope: &Scope<'_>, view: &View) -> Vec<String> {
    let reads = view
        .grants
        .iter()
        .filter(|grant| grant.privilege == Privilege::Select);
    let grantees: Vec<i64> = reads.map(|grant| grant.grantee).collect();
    if grantees.contains(&0) {
        return vec!["public".to_owned()];
    }
    let roles = scope
        .roles
        .iter()
        .filter(|role| grantees.iter().any(|grantee| role.has_rights_of(*grantee)));
    roles.map(|role| quote::plain(&role.name)).collect()
}

fn judge(scope: &Scope<'_>, view: &View, tables: &[&Table], readers: &[String]) -> Option<Finding> {
    let name = quote::plain_qualified(&view.schema, &view.name);
    let names: Vec<String> = tables.iter().map(|table| table.plain()).collect();
    let (shown, readers) = (names.join(", "), readers.join(", "));
    let owner = scope.role_name(view.owner);
    let invoker = format!("alter view {name} set (security_invoker = true);");
    let finding = if view.materialized {
        Finding::new(
            Code::MaterializedView,
            format!(
                "keeps rows of {shown} of every tenant, which no policy judges, and {readers} may read it"
            ),
            format!(
                "revoke all on {name} from {readers};\n-- and give a function or view that asks for the tenant"
            ),
        )
    } else if view.invoker {
        return None;
    } else if tables.iter().any(|table| scope.escapes(view.owner, table)) {
        Finding::new(
            Code::ViewEscapes,
            format!("shows {readers} the rows of {shown} as {owner} sees them, whom no policy binds"),
            invoker,
        )
    } else {
        Finding::new(
            Code::ViewNotInvoker,
            format!("asks the policies of {shown} for {owner} instead of {readers}"),
            invoker,
        )
    };
    Some(finding.on(&view.schema, &view.name))
}
