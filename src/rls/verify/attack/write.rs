//! Owns the attacks that write. Each touches at most a hundred rows, names no column in its condition, so that only the
//! policies of its own command judge it, and is undone.

use super::context::{Context, Part, Tenant};
use super::hints::Hint;
use super::hostile::hostile;
use super::probe::Probe;
use super::select::rows;
use super::session::{AttackOutcome, Statement};
use super::value::{Publicity, Row, Values, is_key};
use crate::rls::verify::catalog::{Column, Privilege, Reference};
use crate::rls::verify::code::Code;
use crate::rls::verify::quote;

/// True for the first hundred rows that it is asked for.
const FIRST_HUNDRED: &str = "where pg_catalog.set_config('signet_verify.rows', (coalesce(nullif(\
    pg_catalog.current_setting('signet_verify.rows', true), ''), '0')::int4 + 1)::text, true)::int4 <= 100";

impl Probe<'_, '_> {
    /// Writes without ever having said anything.
    pub(super) async fn write_silently(&mut self) -> Result<(), sqlx::Error> {
        self.write_as_nobody(&Context::none(), "with no setting at all")
            .await
    }

    /// Writes as everybody who must not.
    pub(super) async fn write(&mut self) -> Result<(), sqlx::Error> {
        for hostile in hostile(self.cast, &self.role.name) {
            if hostile.writes() {
                let told = format!("with {}", hostile.told.trim_start_matches("with "));
                self.write_as_nobody(&hostile.context, &told).await?;
            }
        }
        self.write_foreign("").await?;
        self.move_row().await?;
        self.write_as_viewer().await?;
        self.forge_author().await
    }

    async fn write_as_nobody(&mut self, context: &Context, told: &str) -> Result<(), sqlx::Error> {
        for (verb, statement) in self.changes() {
            let outcome = self.attack(context, Statement::Change(&statement)).await?;
            self.note_raised_anew(&outcome, told);
            if outcome.touched() > 0 {
                self.note(
                    Code::WriteWithoutContext,
                    format!("{verb} {told} ({})", rows(&outcome)),
                );
            }
        }
        self.insert(
            context,
            (Tenant::Theirs, Tenant::Theirs, Part::Owner),
            Code::WriteWithoutContext,
            &format!("insert {told}"),
        )
        .await
    }

    /// What is everybody's to read is not everybody's to write.
    pub(super) async fn write_public(&mut self) -> Result<(), sqlx::Error> {
        self.write_foreign(", while it is public").await
    }

    async fn write_foreign(&mut self, when: &str) -> Result<(), sqlx::Error> {
        let stranger = self.member(Tenant::Strangers, Part::Owner);
        for (verb, statement) in self.changes() {
            let outcome = self.attack(&stranger, Statement::Change(&statement)).await?;
            let code = if verb == "update" {
                Code::UpdateForeign
            } else {
                Code::DeleteForeign
            };
            if outcome.touched() > 0 {
                let way = format!(
                    "by the owner of an organization without rows{when} ({})",
                    rows(&outcome)
                );
                self.note(code, way);
            }
        }
        let ours = self.member(Tenant::Ours, Part::Owner);
        self.insert(
            &ours,
            (Tenant::Theirs, Tenant::Ours, Part::Owner),
            Code::InsertForeign,
            &format!("by the owner of one organization for another{when}"),
        )
        .await
    }

    /// `update … set org_id = theirs`
    async fn move_row(&mut self) -> Result<(), sqlx::Error> {
        let table = self.subject.table;
        let Some(tenant) = self.subject.tenant.filter(|_| self.may(Privilege::Update)) else {
            return Ok(());
        };
        let own_key = |column: &Column| {
            let mut indexes = table.indexes.iter();
            indexes.any(|index| index.primary && index.columns == [Some(column.name.clone())])
        };
        if own_key(tenant) {
            return Ok(());
        }
        let theirs = quote::literal(&self.cast.organization(Tenant::Theirs));
        let statement = format!(
            "update {} set {} = {theirs} {FIRST_HUNDRED}",
            table.sql(),
            tenant.sql()
        );
        let owner = self.member(Tenant::Ours, Part::Owner);
        let outcome = self.attack(&owner, Statement::Change(&statement)).await?;
        if outcome.touched() > 0 {
            self.note(
                Code::RowMoves,
                format!("by an update of {} ({})", tenant.name, rows(&outcome)),
            );
        }
        Ok(())
    }

    async fn write_as_viewer(&mut self) -> Result<(), sqlx::Error> {
        let viewer = self.member(Tenant::Ours, Part::Viewer);
        let own = u64::from(self.world.has(self.subject.table, Tenant::Ours, Part::Viewer));
        for (verb, statement) in self.changes() {
            let outcome = self.attack(&viewer, Statement::Change(&statement)).await?;
            let code = if verb == "update" {
                Code::ViewerUpdates
            } else {
                Code::ViewerDeletes
            };
            if outcome.touched() > own {
                self.note(code, format!("{verb} ({})", rows(&outcome)));
            }
        }
        // In somebody else's name, where a row has one: a viewer's own notes are theirs to make.
        self.insert(
            &viewer,
            (Tenant::Ours, Tenant::Ours, Part::Owner),
            Code::ViewerInserts,
            "insert",
        )
        .await
    }

    async fn forge_author(&mut self) -> Result<(), sqlx::Error> {
        let table = self.subject.table;
        let authored = self.hints.column(table, Hint::Person).is_some();
        if !authored || self.hints.is_membership(table) || self.world.is_of_people(table) {
            return Ok(());
        }
        let admin = self.member(Tenant::Ours, Part::Admin);
        self.insert(
            &admin,
            (Tenant::Ours, Tenant::Ours, Part::Viewer),
            Code::AuthorForged,
            "by an admin in a viewer's name",
        )
        .await
    }

    /// Inserts a row of an organization with a person of one in it.
    async fn insert(
        &mut self,
        context: &Context,
        (tenant, whose, part): (Tenant, Tenant, Part),
        code: Code,
        told: &str,
    ) -> Result<(), sqlx::Error> {
        if !self.may(Privilege::Insert) {
            return Ok(());
        }
        let row = Row {
            tenant,
            person: (whose, part),
            role: Part::Owner,
            number: 0,
        };
        let statement = match self.world.insertion(self.subject.table, row) {
            Ok(statement) => statement,
            Err(why) => {
                self.tally
                    .untried(self.subject.table, Some(&self.role.name), "an insert", &why);
                return Ok(());
            }
        };
        let outcome = self.attack(context, Statement::Change(&statement)).await?;
        if outcome.touched() > 0 {
            let stopped = if outcome == AttackOutcome::Constrained {
                ", and only a constraint stops it"
            } else {
                ""
            };
            self.note(code, format!("{told}{stopped}"));
        } else if code == Code::WriteWithoutContext {
            self.note_raised_anew(&outcome, told);
        }
        Ok(())
    }

    /// The statements that change and delete whatever the policies let through.
    fn changes(&self) -> Vec<(&'static str, String)> {
        let name = self.table().sql();
        let mut changes = Vec::new();
        if self.may(Privilege::Update)
            && let Some((column, value)) = self.harmless()
        {
            changes.push((
                "update",
                format!("update {name} set {} = {value} {FIRST_HUNDRED}", column.sql()),
            ));
        }
        if self.may(Privilege::Delete) {
            changes.push(("delete", format!("delete from {name} {FIRST_HUNDRED}")));
        }
        changes
    }

    /// A column to change, and a value that it takes: one that ties nothing together if there is one.
    fn harmless(&self) -> Option<(&Column, String)> {
        let table = self.subject.table;
        let values = Values {
            cast: self.cast,
            hints: self.hints,
            publicity: Publicity::Private,
        };
        let row = Row {
            tenant: Tenant::Ours,
            person: (Tenant::Ours, Part::Owner),
            role: Part::Viewer,
            number: 0,
        };
        let ties = |column: &Column| {
            let referring = |reference: &Reference| reference.columns.contains(&column.name);
            4 * u8::from(is_key(table, column))
                + 2 * u8::from(table.references.iter().any(referring))
                + u8::from(self.hints.of_column(table, &column.name).is_some())
                + 8 * u8::from(table.partitioned_by.contains(&column.name))
        };
        let mut columns: Vec<&Column> = table
            .columns
            .iter()
            .filter(|column| !column.generated && !column.identity)
            .collect();
        columns.sort_by_key(|column| ties(column));
        columns
            .into_iter()
            .find_map(|column| Some((column, values.constant(table, column, row)?)))
    }
}
