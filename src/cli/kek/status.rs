//! Owns `signet kek status`: which key seals, what needs which key, and the replicas side by side.

use std::fmt;

use anyhow::Result;
use serde::Serialize;

use super::report::KekReport;
use super::run::KekDesk;
use crate::cli::layout;
use crate::db::UnitOfWork;
use crate::kek::{Entry, KekState, View};
use crate::replica::Replica;
use crate::sealing::{HeldKek, Keyring};

/// Everything on key-encryption keys at one moment.
#[derive(Debug, Serialize)]
pub struct StatusReport {
    /// The key that seals.
    pub seals_with: String,
    /// The keys that are not removed, and those that rows need or this configuration has and nobody added.
    pub keks: Vec<KekLine>,
    /// What each running replica holds.
    pub replicas: Vec<ReplicaLine>,
    /// What is wrong, each with what to do.
    pub problems: Vec<String>,
}

/// A key.
#[derive(Debug, Serialize)]
pub struct KekLine {
    /// Its id.
    pub id: String,
    /// What tells it from others; none if it is not known here.
    pub fingerprint: Option<String>,
    /// added, active, replaced, or unregistered.
    pub state: &'static str,
    /// Whether this configuration can use it.
    pub here: bool,
    /// How many rows of which table need it.
    pub rows: Vec<RowLine>,
    /// How often it has sealed.
    pub seals: u64,
}

/// Rows of a table.
#[derive(Debug, Serialize)]
pub struct RowLine {
    /// The table.
    pub table: &'static str,
    /// How many.
    pub rows: i64,
}

/// A replica.
#[derive(Debug, Serialize)]
pub struct ReplicaLine {
    /// The machine's name.
    pub host: String,
    /// What it seals with.
    pub seals_with: Option<String>,
    /// The keys that it holds, with their fingerprints.
    pub keks: Vec<String>,
    /// How many rows it cannot open.
    pub unopened: usize,
}

const UNREGISTERED: &str = "unregistered";

pub(super) async fn show<F: AsyncFn() -> Result<UnitOfWork>>(desk: &KekDesk<'_, F>) -> Result<KekReport> {
    let view = desk.look().await?;
    let held = desk.keyring.held();
    let known = view
        .entries
        .iter()
        .filter(|entry| entry.state != KekState::Removed);
    let mut keks: Vec<KekLine> = known.map(|entry| KekLine::known(entry, &view, &held)).collect();
    let unregistered = view.unregistered();
    let others = desk.keyring.configured().filter(|id| view.find(id).is_none());
    let mut ids: Vec<&str> = unregistered.iter().copied().chain(others).collect();
    ids.sort_unstable();
    ids.dedup();
    keks.extend(ids.into_iter().map(|id| KekLine::unregistered(id, &view, &held)));
    Ok(KekReport::Status(StatusReport {
        seals_with: desk.keyring.active_id(),
        problems: problems(&view, desk.keyring, &keks),
        replicas: view.replicas.iter().map(ReplicaLine::new).collect(),
        keks,
    }))
}

fn problems(view: &View, keyring: &Keyring, keks: &[KekLine]) -> Vec<String> {
    let mut problems = Vec::new();
    for kek in keks.iter().filter(|kek| !kek.here) {
        let id = &kek.id;
        if let Some(reason) = keyring.problem(id) {
            problems.push(format!("{id} cannot be used here: {reason}"));
        } else if kek.is_needed() {
            problems.push(format!("{id} is not in this configuration, and rows need it"));
        }
    }
    let seals_with = keyring.active_id();
    for replica in &view.replicas {
        let holdings = &replica.holdings;
        if holdings.sealing_kek() != Some(&seals_with) {
            let other = holdings.sealing_kek().unwrap_or("nothing");
            problems.push(format!("the replica {} seals with {other}", holdings.host));
        }
        for unopened in &holdings.unopened {
            let (host, row, reason) = (&holdings.host, &unopened.row, &unopened.reason);
            problems.push(format!("the replica {host} cannot open {row}: {reason}"));
        }
    }
    problems
}

impl KekLine {
    fn known(entry: &Entry, view: &View, held: &[HeldKek]) -> Self {
        let here = |kek: &&HeldKek| kek.id == entry.id && kek.fingerprint == entry.fingerprint;
        Self {
            id: entry.id.clone(),
            fingerprint: Some(entry.fingerprint.clone()),
            state: entry.state.name(),
            here: held.iter().find(here).is_some(),
            rows: rows(&entry.id, view),
            seals: view.seals_of(&entry.id),
        }
    }

    fn unregistered(id: &str, view: &View, held: &[HeldKek]) -> Self {
        let here = held.iter().find(|kek| kek.id == id);
        Self {
            id: id.to_owned(),
            fingerprint: here.map(|kek| kek.fingerprint.clone()),
            state: UNREGISTERED,
            here: here.is_some(),
            rows: rows(id, view),
            seals: view.seals_of(id),
        }
    }

    fn is_needed(&self) -> bool {
        !self.rows.is_empty() || self.state == KekState::Active.name()
    }

    fn cells(&self) -> [String; 6] {
        let rows: Vec<String> = self
            .rows
            .iter()
            .map(|of| format!("{} of {}", of.rows, of.table))
            .collect();
        let here = if self.here { "yes" } else { "no" };
        [
            self.id.clone(),
            self.fingerprint.clone().unwrap_or_else(|| "-".to_owned()),
            self.state.to_owned(),
            here.to_owned(),
            self.seals.to_string(),
            if rows.is_empty() {
                "none".to_owned()
            } else {
                rows.join(", ")
            },
        ]
    }
}

fn rows(id: &str, view: &View) -> Vec<RowLine> {
    let needs = view.needs_of(id);
    needs
        .map(|need| RowLine {
            table: need.table,
            rows: need.rows,
        })
        .collect()
}

impl ReplicaLine {
    fn new(replica: &Replica) -> Self {
        let holdings = &replica.holdings;
        let keks = holdings.keks.iter();
        Self {
            host: holdings.host.clone(),
            seals_with: holdings.sealing_kek().map(str::to_owned),
            keks: keks
                .map(|kek| format!("{} {}", kek.id, kek.fingerprint))
                .collect(),
            unopened: holdings.unopened.len(),
        }
    }
}

impl fmt::Display for StatusReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells: Vec<[String; 6]> = self.keks.iter().map(KekLine::cells).collect();
        let rows = cells.iter().map(|cells| cells.each_ref().map(String::as_str));
        layout::table(
            formatter,
            ["ID", "FINGERPRINT", "STATE", "HERE", "SEALED", "ROWS"],
            rows,
        )?;
        writeln!(formatter, "\n\nReplicas:")?;
        if self.replicas.is_empty() {
            writeln!(formatter, "  none is running")?;
        }
        for ReplicaLine {
            host,
            seals_with,
            keks,
            unopened,
        } in &self.replicas
        {
            let seals_with = seals_with.as_deref().unwrap_or("nothing");
            write!(
                formatter,
                "  {host} seals with {seals_with}; holds {}",
                keks.join(", ")
            )?;
            if *unopened > 0 {
                write!(formatter, "; cannot open {unopened} rows")?;
            }
            writeln!(formatter)?;
        }
        for problem in &self.problems {
            writeln!(formatter, "\n{problem}")?;
        }
        Ok(())
    }
}
