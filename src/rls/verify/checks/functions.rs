//! Owns the checks of functions: those that run with their owner's rights, and those that set or read a context
//! carelessly.

use super::branches;
use crate::rls::verify::catalog::{Answers, Function, Table};
use crate::rls::verify::code::Code;
use crate::rls::verify::expression::{Expression, Reader};
use crate::rls::verify::finding::{Finding, Findings};
use crate::rls::verify::names::Certainty;
use crate::rls::verify::quote;
use crate::rls::verify::scope::Scope;

/// Checks every function.
pub(super) fn check(scope: &Scope<'_>, findings: &mut Findings) {
    let policies = scope.subjects.iter().flat_map(|subject| &subject.table.policies);
    let used = scope.reach.functions(policies);
    for function in &scope.catalog.functions {
        let body = Expression::parse(&function.body);
        leaks(scope, function, &body, findings);
        if function.leakproof {
            findings.add(leakproof(function));
        }
        if function.definer {
            definer(scope, function, findings);
        }
        if scope.names.is_context(function.oid, Certainty::Perhaps) && used.contains(&function.oid) {
            casts(scope, function, &body, findings);
            branches::check_words(scope, function, &body, findings);
        }
    }
}

fn leaks(scope: &Scope<'_>, function: &Function, body: &Expression, findings: &mut Findings) {
    for setting in body.lasting_settings() {
        let known = setting == "a setting" || scope.names.settings().any(|known| known == setting);
        if known {
            findings.add(Finding::new(
                    Code::SettingLeaks,
                    format!(
                        "sets {setting} for the whole session: the next transaction on a pooled connection has the \
                         last one's context"
                    ),
                    format!(
                        "-- in {}: set_config(…, …, true) or `set local`, which end with the transaction",
                        function.signature()
                    ),
                ).on_function(function));
        }
    }
}

fn leakproof(function: &Function) -> Finding {
    Finding::new(
        Code::FunctionLeakproof,
        "is marked leakproof: a condition with it sees every row before the policies are asked",
        format!("alter function {} not leakproof;", function.signature()),
    )
    .on_function(function)
}

fn definer(scope: &Scope<'_>, function: &Function, findings: &mut Findings) {
    let signature = function.signature();
    if let Some(problem) = hijacked(scope, function) {
        findings.add(
            Finding::new(
                Code::DefinerSearchPath,
                format!(
                    "runs with the rights of {} and {problem}",
                    scope.role_name(function.owner)
                ),
                format!(
                    "alter function {signature} set search_path = pg_catalog, pg_temp;\n\
                     -- and write every other name with its schema"
                ),
            )
            .on_function(function),
        );
    }
    let callers = scope.callers(function);
    let callers: Vec<String> = callers.iter().map(|role| quote::plain(&role.name)).collect();
    if function.answers == Answers::Trigger || callers.is_empty() {
        return;
    }
    if scope
        .catalog
        .roles
        .get(&function.owner)
        .is_some_and(|owner| owner.superuser)
    {
        findings.add(
            Finding::new(
                Code::DefinerSuperuser,
                format!(
                    "runs as the superuser {} for {}",
                    scope.role_name(function.owner),
                    callers.join(", ")
                ),
                format!("alter function {signature} owner to <a role with the rights it needs>;"),
            )
            .on_function(function),
        );
    }
    reads(scope, function, &callers, findings);
}

/// What it reaches as its owner.
fn reads(scope: &Scope<'_>, function: &Function, callers: &[String], findings: &mut Findings) {
    let signature = function.signature();
    let body = Expression::parse(&function.body);
    let reader = Reader::of_function(scope.names, function);
    let reads = scope.reach.tables(function);
    let past = |table: &Table| {
        let mut reads = reads.iter().filter(|reading| reading.table == table.oid);
        reads.any(|reading| reading.kept || scope.escapes(reading.reader, table))
    };
    let tables = || scope.subjects.iter().map(|subject| subject.table);
    let read: Vec<String> = tables().filter(|table| past(table)).map(Table::plain).collect();
    let revoke = format!(
        "revoke execute on function {signature} from public, {};",
        callers.join(", ")
    );
    // A function that policies use must see past them; it tells its caller about themselves. Whether it does is asked.
    if !read.is_empty() && !body.with_statements().reads_context(&reader, Certainty::Surely) {
        findings.add(
            Finding::new(
                Code::DefinerReads,
                format!(
                    "lets {} reach {} as {}, whom no policy binds, and does not ask who is asking",
                    callers.join(", "),
                    read.join(", "),
                    scope.role_name(function.owner)
                ),
                format!("alter function {signature} security invoker;\n-- or: {revoke}"),
            )
            .on_function(function),
        );
    }
    if body.puts_together() && tables().any(|table| scope.escapes(function.owner, table)) {
        findings.add(
            Finding::new(
                Code::DefinerDynamic,
                format!(
                    "runs for {} statements that it puts together as {}, whom no policy binds: what they reach is not \
                     in its text",
                    callers.join(", "),
                    scope.role_name(function.owner)
                ),
                format!("alter function {signature} security invoker;\n-- or write the statements out; or: {revoke}"),
            )
            .on_function(function),
        );
    }
}

/// Why a caller can make the function find something of theirs.
fn hijacked(scope: &Scope<'_>, function: &Function) -> Option<String> {
    let Some(schemas) = function.schemas() else {
        return Some("finds tables and functions where its caller's search_path says".to_owned());
    };
    let may_create = |schema: &&String| {
        let creators = scope.catalog.creators.get(*schema).into_iter().flatten();
        let mut grantees = creators.copied();
        grantees.any(|grantee| {
            let mut roles = scope.roles.iter();
            grantee == 0 || roles.any(|role| role.oid != function.owner && role.has_rights_of(grantee))
        })
    };
    if let Some(schema) = schemas.iter().find(may_create) {
        return Some(format!(
            "finds names in {}, where others may put some",
            quote::plain(schema)
        ));
    }
    let others = schemas.iter().any(|schema| schema != "pg_catalog");
    (others && !schemas.iter().any(|schema| schema == "pg_temp")).then(|| {
        "finds its caller's temporary tables before its own, as pg_temp is not the last of its search_path".to_owned()
    })
}

fn casts(scope: &Scope<'_>, function: &Function, body: &Expression, findings: &mut Findings) {
    let Some(target) = body.unsafe_cast(&Reader::of_function(scope.names, function)) else {
        return;
    };
    findings.add(Finding::new(
            Code::FunctionUnsafeCast,
            format!("casts a claim to {target}: a malformed one makes every statement fail instead of seeing no rows"),
            format!(
                "-- return null for what is no {target}, as {schema}.uid_uuid() and {schema}.org_id_uuid() do",
                schema = quote::plain(&scope.settings.schema)
            ),
        ).on_function(function));
}
