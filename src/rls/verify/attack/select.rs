//! Owns the attacks that read.

use super::context::{Context, Part, Tenant};
use super::hints::Hint;
use super::hostile::{Speech, hostile};
use super::probe::Probe;
use super::session::{AttackOutcome, Statement};
use crate::rls::verify::catalog::{Command, Privilege};
use crate::rls::verify::code::Code;
use crate::rls::verify::expression::Expression;
use crate::rls::verify::names::Certainty;
use crate::rls::verify::quote;
use crate::rls::verify::scope::may;

/// Enough to know that it is not a few.
const MOST: u64 = 100;

impl Probe<'_, '_> {
    /// Reads without ever having said anything.
    pub(super) async fn read_silently(&mut self) -> Result<(), sqlx::Error> {
        if !self.may(Privilege::Select) {
            return Ok(());
        }
        let outcome = self.count(&Context::none(), "").await?;
        self.note_raised(&outcome, "no setting at all");
        if outcome.touched() > 0 && !self.is_everybodys() {
            let way = format!("with no setting at all ({})", rows(&outcome));
            self.note(Code::RowsWithoutContext, way);
        }
        Ok(())
    }

    /// Reads as everybody who must see nothing, and as somebody who must see their own.
    pub(super) async fn read(&mut self) -> Result<(), sqlx::Error> {
        if !self.may(Privilege::Select) {
            return Ok(());
        }
        if !self.read_own().await? {
            return Ok(());
        }
        let (everybodys, shared) = (self.is_everybodys(), self.is_shared());
        for hostile in hostile(self.cast, &self.role.name) {
            let owned = match (hostile.code, self.subject.tenant) {
                // A row without a tenant is no tenant's.
                (Code::RowsForeign, Some(tenant)) => format!("where {} is not null", tenant.sql()),
                _ => String::new(),
            };
            let outcome = self.count(&hostile.context, &owned).await?;
            self.note_raised(&outcome, hostile.told);
            let theirs = everybodys || (shared && hostile.speech == Speech::Claims);
            if outcome.touched() > 0 && !theirs {
                self.note(hostile.code, format!("{} ({})", hostile.told, rows(&outcome)));
            }
        }
        self.read_shared().await
    }

    /// The owner of an organization sees its rows and no others. False: nothing more can be learned here.
    async fn read_own(&mut self) -> Result<bool, sqlx::Error> {
        let owner = self.member(Tenant::Ours, Part::Owner);
        let outcome = self.count(&owner, "").await?;
        let placed = self.world.rows(self.subject.table, Tenant::Ours);
        match &outcome {
            AttackOutcome::Raised(raised) if matches!(raised.code.as_str(), "42P17" | "54001") => {
                self.tally
                    .circles(&outcome, self.subject.table, Some(&self.role.name));
                return Ok(false);
            }
            AttackOutcome::Raised(raised) => {
                let way = format!("{} ({})", raised.message, raised.code);
                self.note(Code::LegitimateFails, way);
            }
            AttackOutcome::Refused => self.note(
                Code::LegitimateFails,
                "select is granted, and something that it needs is not (42501)",
            ),
            AttackOutcome::Rows(0) if placed > 0 => self.tally.untried(
                self.subject.table,
                Some(&self.role.name),
                "seeing no foreign rows proves little",
                "the owner of an organization does not see its own row either",
            ),
            _ => {}
        }
        let foreign = match self.subject.tenant {
            Some(tenant) => {
                let theirs = quote::literal(&self.cast.organization(Tenant::Theirs));
                let theirs = format!("where {} = {theirs}", tenant.sql());
                self.count(&owner, &theirs).await?.touched()
            }
            None => outcome.touched().saturating_sub(placed),
        };
        if foreign > 0 && !self.is_everybodys() && !self.is_shared() {
            self.note(Code::RowsForeign, "by the owner of another organization");
        }
        Ok(true)
    }

    /// Reads rows of others that say of themselves that they may be seen.
    pub(super) async fn read_public(&mut self) -> Result<(), sqlx::Error> {
        let known = |code| self.tally.has(code, self.subject.table, &self.role.name);
        if !self.may(Privilege::Select) || known(Code::RowsForeign) || known(Code::RowsWithoutContext) {
            return Ok(());
        }
        if self.is_everybodys() || self.is_shared() {
            return Ok(());
        }
        let theirs = match self.subject.tenant {
            Some(tenant) => {
                let theirs = quote::literal(&self.cast.organization(Tenant::Theirs));
                format!("where {} = {theirs}", tenant.sql())
            }
            None => String::new(),
        };
        let stranger = self.member(Tenant::Strangers, Part::Owner);
        for (context, told) in [
            (stranger, "by the owner of another organization"),
            (self.cast.everywhere(""), "by nobody at all"),
        ] {
            let outcome = self.count(&context, &theirs).await?;
            if outcome.touched() > 0 {
                self.note(Code::RowsPublic, format!("{told} ({})", rows(&outcome)));
            }
        }
        Ok(())
    }

    async fn read_shared(&mut self) -> Result<(), sqlx::Error> {
        let Some(tenant) = self.subject.tenant.filter(|tenant| !tenant.required) else {
            return Ok(());
        };
        let stranger = self.member(Tenant::Strangers, Part::Owner);
        let nobodys = format!("where {} is null", tenant.sql());
        let outcome = self.count(&stranger, &nobodys).await?;
        if outcome.touched() > 0 {
            self.note(Code::RowsShared, format!("by everybody ({})", rows(&outcome)));
        }
        Ok(())
    }

    async fn count(&mut self, context: &Context, condition: &str) -> Result<AttackOutcome, sqlx::Error> {
        let statement = format!(
            "select pg_catalog.count(*) from (select 1 from {} {condition} limit {MOST}) seen",
            self.table().sql()
        );
        self.attack(context, Statement::Count(&statement)).await
    }

    pub(super) fn may(&self, privilege: Privilege) -> bool {
        may(self.role, self.subject.table, privilege)
    }

    /// A table whose rows are nobody's: whoever signed in may see them.
    fn is_shared(&self) -> bool {
        self.hints.column(self.subject.table, Hint::Person).is_none() && self.scope.is_shared(&self.subject)
    }

    /// A table without tenants that a policy shows to everybody: a list of countries, say.
    fn is_everybodys(&self) -> bool {
        self.subject.tenant.is_none()
            && self.subject.table.policies.iter().any(|policy| {
                let using = policy.using.as_deref().map(Expression::parse);
                let reader = self.scope.reader(self.subject.table, policy);
                let asks = |using: &Expression| using.reads_context(&reader, Certainty::Perhaps);
                let blind = |using: Expression| !asks(&using) && !using.looks_up();
                policy.permissive
                    && policy.command == Command::One(Privilege::Select)
                    && using.is_some_and(blind)
            })
    }
}

pub(super) fn rows(outcome: &AttackOutcome) -> String {
    match outcome {
        AttackOutcome::Rows(1) => "1 row".to_owned(),
        AttackOutcome::Rows(rows) if *rows >= MOST => format!("{MOST} rows or more"),
        AttackOutcome::Rows(rows) => format!("{rows} rows"),
        _ => "stopped by a constraint only".to_owned(),
    }
}
