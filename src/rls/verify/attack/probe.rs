//! Owns what every attack needs at hand, and the hostile contexts.

use serde_json::json;

use super::context::{Cast, Context, Part, Tenant};
use super::hints::Hints;
use super::session::{Outcome, Session, Statement};
use super::tally::Tally;
use super::world::World;
use crate::rls::verify::catalog::{Role, Table};
use crate::rls::verify::code::Code;
use crate::rls::verify::scope::{Scope, Subject};

/// One table, one role, and everything that is needed to attack it.
pub(super) struct Probe<'a, 'w> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) cast: &'a Cast,
    pub(super) hints: &'a Hints,
    pub(super) world: &'w mut World<'a>,
    pub(super) session: &'w mut Session,
    pub(super) tally: &'w mut Tally,
    pub(super) subject: Subject<'a>,
    pub(super) role: &'a Role,
}

/// Deeper than the stack of a parser that descends.
const DEEP: usize = 100_000;

/// Somebody who must see and write nothing.
pub(super) struct Hostile {
    pub(super) code: Code,
    pub(super) told: &'static str,
    pub(super) context: Context,
}

impl Probe<'_, '_> {
    pub(super) const fn table(&self) -> &Table {
        self.subject.table
    }

    /// Runs a statement as the role.
    pub(super) async fn attack(
        &mut self,
        context: &Context,
        statement: Statement<'_>,
    ) -> Result<Outcome, sqlx::Error> {
        let outcome = self.session.attack(&self.role.name, context, statement).await?;
        if let Outcome::Untried(why) = &outcome {
            self.tally
                .untried(self.subject.table, Some(&self.role.name), "an attack", why);
        }
        Ok(outcome)
    }

    pub(super) fn note(&mut self, code: Code, way: impl Into<String>) {
        self.tally.note(code, self.subject.table, &self.role.name, way);
    }

    /// Notes an error that should have been no rows.
    pub(super) fn note_raised(&mut self, outcome: &Outcome, told: &str) {
        if let Outcome::Raised(raised) = outcome {
            if raised.code == "42P17" {
                self.tally
                    .circles(outcome, self.subject.table, Some(&self.role.name));
            } else {
                let way = format!("{told}: {} ({})", raised.message, raised.code);
                self.note(Code::ContextRaises, way);
            }
        }
    }

    /// The same, where reading the table has not told it already.
    pub(super) fn note_raised_anew(&mut self, outcome: &Outcome, told: &str) {
        if !self
            .tally
            .has(Code::ContextRaises, self.subject.table, &self.role.name)
        {
            self.note_raised(outcome, told);
        }
    }

    /// A member's request.
    pub(super) fn member(&self, tenant: Tenant, part: Part) -> Context {
        self.cast.member(&self.role.name, tenant, part)
    }
}

/// Everybody who must see nothing, but for the one who says nothing at all.
pub(super) fn hostile(cast: &Cast, role: &str) -> Vec<Hostile> {
    let hostile = |code, told, context| Hostile { code, told, context };
    let claims = |code, told, text: &str| hostile(code, told, cast.claims_only(text));
    let claiming = |told, value| hostile(Code::RowsMalformed, told, cast.claiming(role, &value));
    let injected = |told, text: &str| hostile(Code::RowsInjected, told, cast.claiming(role, &json!(text)));
    let deep = "[".repeat(DEEP);
    vec![
        hostile(
            Code::RowsWithoutContext,
            "with every setting empty",
            cast.everywhere(""),
        ),
        claims(Code::RowsWithoutContext, "with the claims {}", "{}"),
        claims(Code::RowsWithoutContext, "with the claims null", "null"),
        claims(Code::RowsMalformed, "JSON that is cut short", r#"{"org_id":"#),
        claims(Code::RowsMalformed, "a JSON array", "[]"),
        claims(
            Code::RowsMalformed,
            "JSON with a null character",
            r#"{"org_id":"\u0000"}"#,
        ),
        claims(Code::RowsMalformed, "JSON that is nested very deep", &deep),
        hostile(
            Code::RowsMalformed,
            "no JSON and no id",
            cast.everywhere("not-an-id"),
        ),
        claiming("an organization that is no id", json!("not-an-id")),
        claiming("an organization that is a number", json!(1)),
        claiming("an organization that is an object", json!({"id": 1})),
        claiming(
            "an organization that is a list",
            json!([cast.organization(Tenant::Theirs)]),
        ),
        claiming("an organization that is true", json!(true)),
        injected("x' or '1'='1", "x' or '1'='1"),
        injected("a statement after a semicolon", "'; reset role; --"),
        injected("a wildcard", "%"),
        hostile(
            Code::RowsInjected,
            "in every setting",
            cast.everywhere("' or true --"),
        ),
        hostile(
            Code::RowsWithoutOrganization,
            "no org_id",
            cast.nobodys(role, None),
        ),
        hostile(
            Code::RowsWithoutOrganization,
            "an empty org_id",
            cast.nobodys(role, Some(json!(""))),
        ),
        hostile(
            Code::RowsWithoutOrganization,
            "org_id null",
            cast.nobodys(role, Some(serde_json::Value::Null)),
        ),
        hostile(
            Code::RowsForeign,
            "by the owner of an organization without rows",
            cast.member(role, Tenant::Strangers, Part::Owner),
        ),
    ]
}
