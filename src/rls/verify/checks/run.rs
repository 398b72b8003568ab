//! Owns the order of the checks.

use super::{branches, functions, keys, policies, recursion, roles, tables, views};
use crate::rls::verify::catalog::TableKind;
use crate::rls::verify::finding::Findings;
use crate::rls::verify::scope::Scope;

/// Runs every check.
pub(in super::super) fn run(scope: &Scope<'_>, findings: &mut Findings) {
    for subject in &scope.subjects {
        tables::check(scope, subject, findings);
        if subject.table.kind == TableKind::Foreign {
            continue;
        }
        keys::check(scope, subject, findings);
        policies::check(scope, subject, findings);
        branches::check(scope, subject, findings);
        recursion::check(scope, subject, findings);
    }
    tables::check_children(scope, findings);
    roles::check(scope, findings);
    roles::check_defaults(scope, findings);
    views::check(scope, findings);
    functions::check(scope, findings);
}
