//! Owns what every attack needs at hand.

use super::context::{Cast, Context, Part, Tenant};
use super::hints::Hints;
use super::session::{AttackOutcome, Session, Statement};
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

impl Probe<'_, '_> {
    pub(super) const fn table(&self) -> &Table {
        self.subject.table
    }

    /// Runs a statement as the role.
    pub(super) async fn attack(
        &mut self,
        context: &Context,
        statement: Statement<'_>,
    ) -> Result<AttackOutcome, sqlx::Error> {
        let outcome = self.session.attack(&self.role.name, context, statement).await?;
        if let AttackOutcome::Untried(why) = &outcome {
            self.tally
                .untried(self.subject.table, Some(&self.role.name), "an attack", why);
        }
        Ok(outcome)
    }

    pub(super) fn note(&mut self, code: Code, way: impl Into<String>) {
        self.tally.note(code, self.subject.table, &self.role.name, way);
    }

    /// Notes an error that should have been no rows.
    pub(super) fn note_raised(&mut self, outcome: &AttackOutcome, told: &str) {
        if let AttackOutcome::Raised(raised) = outcome {
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
    pub(super) fn note_raised_anew(&mut self, outcome: &AttackOutcome, told: &str) {
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
