//! Owns what attacks brought to light, until it is told: one finding for each code, table and role, with every way
//! that led there.

use std::collections::BTreeMap;

use super::hints::{Hint, Hints};
use super::session::AttackOutcome;
use crate::rls::verify::catalog::{Oid, Table};
use crate::rls::verify::checks::accepted;
use crate::rls::verify::code::Code;
use crate::rls::verify::finding::{Finding, Findings};
use crate::rls::verify::quote;
use crate::rls::verify::scope::{Scope, Subject};

/// Ways by code, table and role.
#[derive(Debug, Default)]
pub(super) struct Tally {
    transports: BTreeMap<(Code, Oid, Option<String>), Vec<String>>,
}

impl Tally {
    /// Notes a way that led somewhere.
    pub(super) fn note(&mut self, code: Code, table: &Table, role: &str, way: impl Into<String>) {
        self.add(code, table, Some(role), way.into());
    }

    fn add(&mut self, code: Code, table: &Table, role: Option<&str>, way: String) {
        let transports = self
            .transports
            .entry((code, table.oid, role.map(str::to_owned)))
            .or_default();
        if !transports.contains(&way) {
            transports.push(way);
        }
    }

    /// Whether this was noted.
    pub(super) fn has(&self, code: Code, table: &Table, role: &str) -> bool {
        self.transports
            .contains_key(&(code, table.oid, Some(role.to_owned())))
    }

    /// Notes policies that ask themselves.
    pub(super) fn circles(&mut self, outcome: &AttackOutcome, table: &Table, role: Option<&str>) {
        if let AttackOutcome::Raised(raised) = outcome {
            let code = match raised.code.as_str() {
                "42P17" => Code::PolicyRecursion,
                "54001" => Code::PolicyOverflow,
                _ => return,
            };
            self.add(code, table, role, format!("{} ({})", raised.message, raised.code));
        }
    }

    /// Notes that something could not be tried.
    pub(super) fn untried(&mut self, table: &Table, role: Option<&str>, what: &str, why: &str) {
        self.add(Code::NotChecked, table, role, format!("{what}: {why}"));
    }

    /// Tells everything.
    pub(super) fn tell(self, scope: &Scope<'_>, hints: &Hints, findings: &mut Findings) {
        for ((code, oid, role), transports) in self.transports {
            let Some(subject) = scope.subjects.iter().find(|subject| subject.table.oid == oid) else {
                continue;
            };
            let problem = format!("{}{}", opening(code), told(&transports));
            let fix = match code {
                Code::AuthorForged => authors(scope, hints, subject, role.as_deref()),
                _ => fix(scope, subject, code, role.as_deref()),
            };
            let finding = Finding::new(code, problem, fix).on(&subject.table.schema, &subject.table.name);
            findings.add(match role {
                Some(role) => finding.by(&role),
                None => finding,
            });
        }
    }
}

/// The first few, and how many more there are.
fn told(transports: &[String]) -> String {
    let (first, more) = transports.split_at(transports.len().min(MOST_WAYS));
    let first = first.join("; ");
    if more.is_empty() {
        first
    } else {
        format!("{first}; and {} more", more.len())
    }
}

const MOST_WAYS: usize = 4;

const fn opening(code: Code) -> &'static str {
    match code {
        Code::RowsWithoutContext => "rows are seen ",
        Code::RowsMalformed => "rows are seen with a malformed context: ",
        Code::RowsInjected => "rows are seen with SQL in a claim: ",
        Code::RowsWithoutOrganization => "a person of no organization sees rows: ",
        Code::RowsForeign => "rows of another tenant are seen ",
        Code::RowsPublic => "rows of another tenant are seen for what they say of themselves, ",
        Code::RowsShared => "rows without a tenant are seen ",
        Code::ContextRaises => "a context that should show no rows raises an error: ",
        Code::WriteWithoutContext => "rows can be written by nobody: ",
        Code::InsertForeign => "a row can be made for another tenant: ",
        Code::UpdateForeign => "another tenant's rows can be changed: ",
        Code::DeleteForeign => "another tenant's rows can be deleted: ",
        Code::RowMoves => "a row can be moved to another tenant: ",
        Code::ViewerInserts => "a viewer can make rows: ",
        Code::ViewerUpdates => "a viewer can change rows that are not theirs: ",
        Code::ViewerDeletes => "a viewer can delete rows that are not theirs: ",
        Code::PromotesItself => "members can make themselves owner: ",
        Code::AuthorForged => "a row can be made in another person's name: ",
        Code::LegitimateFails => "an owner's rightful request fails: ",
        Code::PlanPerRow => "the plan works for each row: ",
        _ => "",
    }
}

/// What mends it. A restrictive policy takes back whatever permissive ones give.
fn fix(scope: &Scope<'_>, subject: &Subject<'_>, code: Code, role: Option<&str>) -> String {
    let table = subject.table.plain();
    let role = role.map_or_else(|| "<role>".to_owned(), quote::plain);
    let schema = quote::plain(&scope.settings.schema);
    let policy = |name: &str| quote::plain(&format!("{}_{name}", subject.table.name));
    if !subject.table.secured {
        return format!(
            "alter table {table} enable row level security;\nalter table {table} force row level security;\n\
             -- then: signet rls policy"
        );
    }
    let writers = |command: &str, clause: &str| {
        format!(
            "create policy {} on {table} as restrictive for {command} to {role} {clause} ((select \
             {schema}.has_org_role('member')));",
            policy(&format!("writers_{command}"))
        )
    };
    match code {
        Code::RowsWithoutContext
        | Code::RowsMalformed
        | Code::RowsInjected
        | Code::RowsWithoutOrganization
        | Code::RowsForeign
        | Code::WriteWithoutContext
        | Code::InsertForeign
        | Code::UpdateForeign
        | Code::DeleteForeign
        | Code::RowMoves => {
            let condition = scope.condition(subject);
            format!(
                "create policy {} on {table} as restrictive to {role} using ({condition}) with check ({condition});",
                policy("tenant")
            )
        }
        Code::RowsPublic => accepted(scope, subject),
        Code::ViewerInserts => writers("insert", "with check"),
        Code::ViewerUpdates => writers("update", "using"),
        Code::ViewerDeletes => writers("delete", "using"),
        Code::PromotesItself => format!(
            "revoke insert, update, delete on {table} from {role};\n-- who is what is signet's to write: org \
             add-member, set-role, remove-member"
        ),
        Code::ContextRaises => format!(
            "-- compare with {schema}.org_id() and {schema}.uid(), or their _uuid variants: they are null for what is \
             malformed"
        ),
        Code::PlanPerRow => "-- write each call as (select f()), and ask claims instead of other rows".to_owned(),
        Code::LegitimateFails => format!("grant usage on schema {schema} to {role};\n-- and what the message names"),
        Code::RowsShared => "-- fine if they are everybody's on purpose".to_owned(),
        Code::PolicyRecursion | Code::PolicyOverflow => {
            "-- ask the claims instead, or a security definer function whose owner may bypass row-level security"
                .to_owned()
        }
        Code::NotChecked => format!(
            "-- as the tables' owner: grant {role} to current_user; or verify a database that nobody uses with \
             --exclusive"
        ),
        _ => String::new(),
    }
}

/// Whoever makes a row is in it.
fn authors(scope: &Scope<'_>, hints: &Hints, subject: &Subject<'_>, role: Option<&str>) -> String {
    let column = hints.column(subject.table, Hint::Person);
    let (name, uuid) = column.map_or(("<person>", false), |column| {
        (column.name.as_str(), column.base == "uuid")
    });
    format!(
        "create policy {} on {} as restrictive for insert to {} with check ({} = (select {}.{}()));",
        quote::plain(&format!("{}_author", subject.table.name)),
        subject.table.plain(),
        role.map_or_else(|| "<role>".to_owned(), quote::plain),
        quote::plain(name),
        quote::plain(&scope.settings.schema),
        if uuid { "uid_uuid" } else { "uid" }
    )
}
