//! Owns the attack of members on memberships: whoever can write what they are is whatever they like.

use super::context::{Part, Tenant};
use super::hints::Hint;
use super::probe::Probe;
use super::select::rows;
use super::session::Statement;
use super::value::{Publicity, Row, Values};
use crate::rls::verify::catalog::Privilege;
use crate::rls::verify::code::Code;

impl Probe<'_, '_> {
    /// A viewer and an admin each make themselves owner.
    pub(super) async fn promote(&mut self) -> Result<(), sqlx::Error> {
        let table = self.subject.table;
        if !self.hints.is_membership(table) || !self.may(Privilege::Update) {
            return Ok(());
        }
        let Some(column) = self.hints.column(table, Hint::Role) else {
            return Ok(());
        };
        for part in [Part::Viewer, Part::Admin] {
            if !self.world.has(table, Tenant::Ours, part) {
                continue;
            }
            let values = Values {
                cast: self.cast,
                hints: self.hints,
                publicity: Publicity::Private,
            };
            let row = Row {
                tenant: Tenant::Ours,
                person: (Tenant::Ours, part),
                role: Part::Owner,
                number: 0,
            };
            let Some(owner) = values.constant(table, column, row) else {
                continue;
            };
            let statement = format!("update {} set {} = {owner}", table.sql(), column.sql());
            let statement = match self.hints.column(table, Hint::Person) {
                // One's own row; reading it asks the rule for reading too, which shows it.
                Some(person) => {
                    let own = values.constant(table, person, row).unwrap_or_default();
                    format!("{statement} where {} = {own}", person.sql())
                }
                None => statement,
            };
            let context = self.member(Tenant::Ours, part);
            let outcome = self.attack(&context, Statement::Change(&statement)).await?;
            if outcome.touched() > 0 {
                let who = part.name();
                self.note(
                    Code::PromotesItself,
                    format!("update by a member who is {who} ({})", rows(&outcome)),
                );
            }
        }
        Ok(())
    }
}
