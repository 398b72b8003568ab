//! Owns the rows that are attacked: two organizations with their people, made inside the transaction in the order of
//! the foreign keys, as far as types, checks and policies let them be made.

use std::collections::BTreeMap;

use super::context::{Cast, Context, Part, Tenant};
use super::hints::{Hint, Hints};
use super::session::{Actor, AttackOutcome, Session};
use super::tally::Tally;
use super::value::{Publicity, Row, Values, is_key};
use crate::rls::verify::catalog::{Column, Index, Oid, Privilege, Table, TableKind};
use crate::rls::verify::code::Code;
use crate::rls::verify::quote;
use crate::rls::verify::scope::Scope;

/// What a row's columns hold, as SQL constants.
type Constants = BTreeMap<String, String>;

/// The rows of the run.
#[derive(Debug)]
pub(super) struct World<'a> {
    scope: &'a Scope<'a>,
    cast: &'a Cast,
    hints: &'a Hints,
    placed: BTreeMap<(Oid, Tenant, Part), Constants>,
    /// Why a table got no rows.
    pub(super) missing: BTreeMap<Oid, String>,
    number: u32,
    publicity: Publicity,
}

/// Whether rows may be made by saying who makes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placing {
    /// No setting is touched, so that "never set" can be tried.
    Silent,
    Speaking,
}

impl<'a> World<'a> {
    pub(super) const fn new(
        scope: &'a Scope<'a>,
        cast: &'a Cast,
        hints: &'a Hints,
        publicity: Publicity,
    ) -> Self {
        Self {
            scope,
            cast,
            hints,
            placed: BTreeMap::new(),
            missing: BTreeMap::new(),
            number: 0,
            publicity,
        }
    }

    /// Whether any row could say that it is everybody's to read.
    pub(super) fn has_publicity(&self) -> bool {
        let opens = |table: &&Table| {
            let mut columns = table.columns.iter();
            columns.any(|column| self.hints.opening(table, column).is_some())
        };
        self.order().iter().any(opens)
    }

    /// How many rows an organization got in a table.
    pub(super) fn rows(&self, table: &Table, tenant: Tenant) -> u64 {
        let parts = Part::ALL.into_iter();
        let placed = parts.filter(|part| self.placed.contains_key(&(table.oid, tenant, *part)));
        placed.map(|_| 1).sum()
    }

    /// Whether there is a row of this person.
    pub(super) fn has(&self, table: &Table, tenant: Tenant, part: Part) -> bool {
        self.placed.contains_key(&(table.oid, tenant, part))
    }

    /// Makes every row that can be made.
    pub(super) async fn place(
        &mut self,
        session: &mut Session,
        tally: &mut Tally,
        placing: Placing,
    ) -> Result<(), sqlx::Error> {
        for table in self.order() {
            let everybody = self.hints.is_membership(table) || self.is_of_people(table);
            let parts = if everybody {
                &Part::ALL[..]
            } else {
                &[Part::Owner][..]
            };
            for tenant in [Tenant::Ours, Tenant::Theirs] {
                for part in parts {
                    self.place_row(session, tally, placing, (table, tenant, *part))
                        .await?;
                }
            }
        }
        Ok(())
    }

    async fn place_row(
        &mut self,
        session: &mut Session,
        tally: &mut Tally,
        placing: Placing,
        (table, tenant, part): (&Table, Tenant, Part),
    ) -> Result<(), sqlx::Error> {
        let row = Row {
            tenant,
            person: (tenant, part),
            role: part,
            number: self.next(),
        };
        let constants = match self.constants(table, row) {
            Ok(constants) => constants,
            Err(why) => {
                self.missing.insert(table.oid, why);
                return Ok(());
            }
        };
        let statement = insertion(table, &constants);
        let mut outcome = session
            .keep(Actor::Verifier, &Context::none(), &statement)
            .await?;
        tally.circles(&outcome, table, None);
        let inside = self
            .scope
            .subjects
            .iter()
            .any(|subject| subject.table.oid == table.oid);
        let mut roles = self.scope.roles_with(table, Privilege::Insert);
        while !matches!(outcome, AttackOutcome::Rows(1)) {
            let Some(role) = roles.next() else { break };
            let context = match placing {
                Placing::Silent => Context::none(),
                Placing::Speaking => self.cast.member(&role.name, tenant, Part::Owner),
            };
            outcome = session
                .keep(Actor::Role(&role.name), &context, &statement)
                .await?;
            tally.circles(&outcome, table, Some(&role.name));
            let passed = matches!(outcome, AttackOutcome::Rows(1));
            if passed && placing == Placing::Silent && inside && table.secured {
                tally.note(
                    Code::WriteWithoutContext,
                    table,
                    &role.name,
                    "insert with no setting at all",
                );
            }
        }
        if matches!(outcome, AttackOutcome::Rows(1)) {
            self.placed.insert((table.oid, tenant, part), constants);
        } else {
            self.missing.insert(table.oid, told(outcome));
        }
        Ok(())
    }

    /// The keys of an organization's rows, as SQL constants.
    pub(super) fn keys(&self, tenant: Tenant) -> Vec<String> {
        let mut keys = Vec::new();
        for subject in &self.scope.subjects {
            let table = subject.table;
            let own = |column: &&Column| {
                is_key(table, column) && self.hints.of_column(table, &column.name).is_none()
            };
            let placed = self.placed.get(&(table.oid, tenant, Part::Owner));
            let constants = table.columns.iter().filter(own);
            keys.extend(constants.filter_map(|column| placed?.get(&column.name).cloned()));
        }
        keys.sort();
        keys.dedup();
        keys
    }

    /// An insert of a new row that hangs on an organization's rows.
    pub(super) fn insertion(&mut self, table: &Table, mut row: Row) -> Result<String, String> {
        row.number = self.next();
        self.constants(table, row)
            .map(|constants| insertion(table, &constants))
    }

    fn next(&mut self) -> u32 {
        self.number += 1;
        self.number
    }

    /// Whether each row is a person.
    pub(super) fn is_of_people(&self, table: &Table) -> bool {
        self.hints.column(table, Hint::Person).is_some_and(|column| {
            let own = |index: &Index| index.primary && index.columns == [Some(column.name.clone())];
            table.indexes.iter().any(own)
        })
    }

    fn constants(&self, table: &Table, row: Row) -> Result<Constants, String> {
        let mut constants = Constants::new();
        for column in table.columns.iter().filter(|column| !column.generated) {
            match self.constant(table, column, row) {
                Some(value) => {
                    constants.insert(column.name.clone(), value);
                }
                None if column.required && column.default.is_none() && !column.identity => {
                    return Err(format!(
                        "nothing is known to fit {} of type {}",
                        column.name, column.type_name
                    ));
                }
                None => {}
            }
        }
        Ok(constants)
    }

    /// What goes into a column; none if it fills itself, or nothing is known to fit.
    fn constant(&self, table: &Table, column: &Column, row: Row) -> Option<String> {
        let values = Values {
            cast: self.cast,
            hints: self.hints,
            publicity: self.publicity,
        };
        let hinted = self.hints.of_column(table, &column.name).is_some();
        let mut references = table.references.iter();
        let reference = references.find(|reference| reference.columns.contains(&column.name));
        if let Some(reference) = reference.filter(|_| !hinted) {
            let parent = self.placed.get(&(reference.target, row.tenant, Part::Owner));
            let at = reference.columns.iter().position(|name| *name == column.name)?;
            let target = reference.target_columns.get(at)?;
            let known = parent.and_then(|parent| parent.get(target).cloned());
            return match known {
                None if column.required => values.constant(table, column, row),
                known => known,
            };
        }
        let filled = hinted
            || column.counts()
            || is_key(table, column)
            || table.partitioned_by.contains(&column.name)
            || (self.publicity == Publicity::Public && self.hints.opening(table, column).is_some());
        let itself = column.default.is_some() || !column.required;
        if itself && !filled {
            return None;
        }
        values.constant(table, column, row)
    }

    /// The tables with what they hang on before them.
    fn order(&self) -> Vec<&'a Table> {
        let mut order: Vec<&Table> = Vec::new();
        let mut begun: Vec<Oid> = Vec::new();
        let mut open: Vec<(&Table, bool)> = self
            .scope
            .subjects
            .iter()
            .rev()
            .filter(|subject| subject.table.kind != TableKind::Foreign)
            .map(|subject| (subject.table, false))
            .collect();
        while let Some((table, parents_done)) = open.pop() {
            if parents_done {
                order.push(table);
                continue;
            }
            if begun.contains(&table.oid) {
                continue;
            }
            begun.push(table.oid);
            open.push((table, true));
            for reference in &table.references {
                if let Some(parent) = self.scope.catalog.table(reference.target) {
                    open.push((parent, false));
                }
            }
        }
        order
    }
}

fn insertion(table: &Table, constants: &Constants) -> String {
    if constants.is_empty() {
        return format!("insert into {} default values", table.sql());
    }
    let columns: Vec<String> = constants.keys().map(|name| quote::identifier(name)).collect();
    let values: Vec<&str> = constants.values().map(String::as_str).collect();
    format!(
        "insert into {} ({}) overriding system value values ({})",
        table.sql(),
        columns.join(", "),
        values.join(", ")
    )
}

fn told(outcome: AttackOutcome) -> String {
    match outcome {
        AttackOutcome::Rows(_) => "a trigger kept it from being made".to_owned(),
        AttackOutcome::Constrained => "a constraint refuses it".to_owned(),
        AttackOutcome::Refused => "neither you nor a role with its claims may make one".to_owned(),
        AttackOutcome::Raised(raised) => raised.message,
        AttackOutcome::Untried(why) => why,
    }
}
