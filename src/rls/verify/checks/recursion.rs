//! Owns the check for policies that ask themselves: through their own table, through another one's policies, or
//! through a function that is under the same policy.

use std::collections::BTreeSet;

use crate::rls::verify::catalog::{Function, Oid, Policy, Privilege, Table};
use crate::rls::verify::code::Code;
use crate::rls::verify::finding::{Finding, Findings};
use crate::rls::verify::scope::{Scope, Subject};

/// Checks one table.
pub(super) fn check(scope: &Scope<'_>, subject: &Subject<'_>, findings: &mut Findings) {
    let table = subject.table;
    if !table.secured {
        return;
    }
    if let Some(chain) = circle(scope, table) {
        let names: Vec<String> = chain
            .iter()
            .filter_map(|oid| scope.catalog.table(*oid))
            .map(Table::plain)
            .collect();
        findings.add(
            Finding::new(
                Code::PolicyRecursion,
                format!(
                    "its policies ask {}: every statement fails with 42P17, infinite recursion",
                    names.join(", then ")
                ),
                "-- ask the claims instead, or a security definer function whose owner may bypass row-level security, \
                 with a search_path of its own"
                    .to_owned(),
            )
            .on(&table.schema, &table.name),
        );
    }
    for function in overflowing(scope, table) {
        findings.add(
            Finding::new(
                Code::PolicyOverflow,
                format!(
                    "its policies call {}, which reads the table as {} under the same policies: the stack overflows \
                     (54001)",
                    function.signature(),
                    scope.role_name(function.owner)
                ),
                format!(
                    "-- ask the claims instead, or give the function to a role that may bypass row-level security:\n\
                     alter function {} owner to <role>;",
                    function.signature()
                ),
            )
            .on(&table.schema, &table.name),
        );
    }
}

/// The tables from this one round to one that was asked before.
fn circle(scope: &Scope<'_>, start: &Table) -> Option<Vec<Oid>> {
    let asked = |table: &Table, policies: &dyn Fn(&Policy) -> bool| {
        let policies = table.policies.iter().filter(|policy| policies(policy));
        let others: BTreeSet<Oid> = policies.flat_map(|policy| scope.reach.asked(policy)).collect();
        others.into_iter().collect::<Vec<_>>()
    };
    let mut paths: Vec<Vec<Oid>> = asked(start, &|_| true)
        .into_iter()
        .map(|first| vec![first])
        .collect();
    let mut seen = BTreeSet::new();
    while let Some(path) = paths.pop() {
        let last = *path.last()?;
        if last == start.oid || path.iter().filter(|one| **one == last).count() > 1 {
            return Some(path);
        }
        if path.len() == 1 || seen.insert(last) {
            let table = scope.catalog.table(last)?;
            let next = asked(table, &|policy| policy.command.covers(Privilege::Select));
            paths.extend(next.into_iter().map(|one| {
                let mut longer = path.clone();
                longer.push(one);
                longer
            }));
        }
    }
    None
}

/// The functions that run when the table's policies are asked, and that read the table under those policies again.
fn overflowing<'a>(scope: &Scope<'a>, table: &Table) -> Vec<&'a Function> {
    let called = scope.reach.functions(&table.policies);
    let again = |function: &Function| {
        let reads = scope.reach.tables(function);
        let mut reads = reads
            .iter()
            .filter(|reading| reading.table == table.oid && !reading.kept);
        reads.any(|reading| !scope.escapes(reading.reader, table))
    };
    scope
        .catalog
        .functions
        .iter()
        .filter(|function| called.contains(&function.oid) && function.definer && again(function))
        .collect()
}
