//! Owns the checks of what policies say besides whose a row is: the branches of an `or`, and the words that claims are
//! compared with.

use crate::rls::verify::catalog::{Function, Policy};
use crate::rls::verify::code::Code;
use crate::rls::verify::expression::{Expression, Unknown, Vocabulary};
use crate::rls::verify::finding::{Finding, Findings};
use crate::rls::verify::quote;
use crate::rls::verify::scope::{Scope, Subject};

/// Checks every policy of one table that judges an application role.
pub(super) fn check(scope: &Scope<'_>, subject: &Subject<'_>, findings: &mut Findings) {
    let table = subject.table;
    if !table.secured {
        return;
    }
    for policy in &table.policies {
        if scope.judged_by(policy).is_empty() && !policy.roles.is_empty() {
            continue;
        }
        let mut found = branches(scope, subject, policy);
        found.extend(words(scope, subject, policy));
        findings.extend(
            found
                .into_iter()
                .map(|finding| finding.on(&table.schema, &table.name)),
        );
    }
}

fn branches(scope: &Scope<'_>, subject: &Subject<'_>, policy: &Policy) -> Vec<Finding> {
    let tenant = subject.tenant.map(|tenant| tenant.name.as_str());
    // A restrictive policy that asks for the tenant takes back what a branch gives.
    if !policy.permissive || scope.is_restricted(subject) {
        return Vec::new();
    }
    let name = quote::plain(&policy.name);
    let reader = scope.reader(subject.table, policy);
    // Rows of nobody are another finding.
    let nobodys = tenant.map(|tenant| format!("{} is null", quote::plain(tenant)));
    let mut found = Vec::new();
    for expression in policy.expressions().map(Expression::parse) {
        for branch in expression.blind_branches(&reader) {
            if nobodys.as_deref() != Some(branch.as_str()) {
                let problem = format!(
                    "policy {name} lets rows of every tenant through by `{branch}`, whoever is asking"
                );
                found.push(Finding::new(Code::RowsPublic, problem, accepted(scope, subject)));
            }
        }
        let Some(tenant) = tenant else { continue };
        for branch in expression.branches_beside(tenant, &reader) {
            let problem = format!(
                "policy {name} lets rows through by `{branch}`, which asks who is asking, but not for {tenant}"
            );
            let fix = format!(
                "-- fine if it is meant across tenants; otherwise: {}",
                scope.condition(subject)
            );
            found.push(Finding::new(Code::PolicyBesideTenant, problem, fix));
        }
    }
    found
}

/// What mends rows that open themselves, unless they are meant to.
pub(in super::super) fn accepted(scope: &Scope<'_>, subject: &Subject<'_>) -> String {
    let table = subject.table;
    format!(
        "-- if it is meant so: --accept {}:{}.{}; otherwise each branch asks for the tenant: {}",
        Code::RowsPublic.name(),
        table.schema,
        table.name,
        scope.condition(subject)
    )
}

fn words(scope: &Scope<'_>, subject: &Subject<'_>, policy: &Policy) -> Vec<Finding> {
    let vocabulary = vocabulary(scope);
    let unknown = policy
        .expressions()
        .flat_map(|text| Expression::parse(text).unknown_words(&vocabulary));
    let mut found: Vec<Finding> = Vec::new();
    for one in unknown {
        let finding = told(
            &format!(
                "policy {} on {}",
                quote::plain(&policy.name),
                subject.table.plain()
            ),
            &one,
        );
        if !found.contains(&finding) {
            found.push(finding);
        }
    }
    found
}

/// The same of a function that policies call.
pub(super) fn check_words(
    scope: &Scope<'_>,
    function: &Function,
    body: &Expression,
    findings: &mut Findings,
) {
    if function.schema == scope.settings.schema {
        return;
    }
    for one in body.unknown_words(&vocabulary(scope)) {
        findings.add(told("it", &one).on_function(function));
    }
}

fn vocabulary(scope: &Scope<'_>) -> Vocabulary {
    Vocabulary {
        schema: scope.settings.schema.clone(),
        kit: scope.has_kit(),
        org_roles: scope.settings.org_roles.clone(),
    }
}

fn told(who: &str, unknown: &Unknown) -> Finding {
    let known = unknown.known.join(", ");
    Finding::new(
        Code::UnknownWord,
        format!(
            "{who} compares {} with '{}', which it never is: it is one of {known}",
            unknown.asked, unknown.word
        ),
        format!("-- one of {known}; a role of the organizations' own is named with --org-roles"),
    )
}
