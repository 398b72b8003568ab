//! Owns `signet kek rekey`. What is done stands in the rows themselves, so that it can be broken off at any time, run
//! again, and run twice side by side.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;

use super::arguments::RekeyArguments;
use super::report::KekReport;
use super::run::KekDesk;
use crate::cli::{layout, output};
use crate::db::UnitOfWork;
use crate::kek::{self, KekChangeError, ROOMS, Room, View};
use crate::sealing::{Batch, Unopened, data_key};

/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// How long to rest when somebody else has the rows that are left.
const REST: Duration = Duration::from_millis(200);
/// How long the number of rows that are left may stay the same.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most rows that do not open that are named.
const SHOWN: usize = 20;

/// What a re-key would do.
#[derive(Debug, Serialize)]
pub struct PlanReport {
    /// The key that everything will be sealed by.
    pub kek: String,
    /// What is sealed by others.
    pub rows: Vec<PlanLine>,
}

/// Rows of a table that one key seals.
#[derive(Debug, Serialize)]
pub struct PlanLine {
    /// The key.
    pub kek: String,
    /// The table.
    pub table: &'static str,
    /// How many rows.
    pub rows: i64,
    /// Whether this configuration has the key, so that they can be opened.
    pub opens: bool,
}

/// What a re-key did.
#[derive(Debug, Serialize)]
pub struct RekeyReport {
    /// The key that seals.
    pub kek: String,
    /// How many rows this run sealed by it.
    pub sealed: u64,
    /// How many data keys Transit wrapped by a newer version of its key.
    pub wrapped_anew: u64,
    /// How many rows are still sealed by other keys.
    pub remaining: i64,
    /// The first rows that do not open.
    pub unopened: Vec<UnopenedLine>,
    /// How long it took.
    pub milliseconds: u64,
}

/// A row that does not open.
#[derive(Debug, Serialize)]
pub struct UnopenedLine {
    /// Its table.
    pub table: &'static str,
    /// Its name there.
    pub row: String,
    /// Why.
    pub reason: String,
}

pub(super) async fn rekey<F: AsyncFn() -> Result<UnitOfWork>>(
    arguments: &RekeyArguments,
    desk: &KekDesk<'_, F>,
) -> Result<KekReport> {
    let view = desk.look().await?;
    let active = view.active().ok_or(KekChangeError::NoneActive)?.id.clone();
    if arguments.plan {
        return Ok(KekReport::Plan(plan(&view, desk, active)));
    }
    kek::require_usable(desk.keyring, &active)?;
    let began = Instant::now();
    let wrapped_anew = wrap_anew(desk).await?;
    let mut worker = Worker {
        desk,
        active,
        batch: arguments.batch,
        whole: 0,
        sealed: 0,
        unopened: Vec::new(),
        told: began,
    };
    let remaining = worker.work(&view).await?;
    let Worker {
        active: kek,
        sealed,
        unopened,
        ..
    } = worker;
    if sealed > 0 {
        let mut work = (desk.begin)().await?;
        kek::resealed(&mut work, &kek, sealed).await?;
        work.commit().await?;
    }
    Ok(KekReport::Rekey(RekeyReport {
        kek,
        sealed,
        wrapped_anew,
        remaining,
        unopened,
        milliseconds: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
    }))
}

fn plan<F>(view: &View, desk: &KekDesk<'_, F>, kek: String) -> PlanReport {
    let others = view.needs.iter().filter(|need| need.kek_id != kek);
    let rows = others.map(|need| PlanLine {
        kek: need.kek_id.clone(),
        table: need.table,
        rows: need.rows,
        opens: desk.keyring.fingerprint(&need.kek_id).is_some(),
    });
    PlanReport {
        rows: rows.collect(),
        kek,
    }
}

/// Has Transit wrap the data keys by the newest version of its key. What cannot be done now is told and not waited for:
/// no row needs it.
async fn wrap_anew<F: AsyncFn() -> Result<UnitOfWork>>(desk: &KekDesk<'_, F>) -> Result<u64> {
    let mut work = (desk.begin)().await?;
    let wrapped = data_key::wrapped_keys(work.connection()?).await?;
    work.commit().await?;
    let mut done = 0;
    for row in wrapped {
        match data_key::wrap_anew(desk.keyring, &row).await {
            Ok(None) => {}
            Ok(Some(new)) => {
                let mut work = (desk.begin)().await?;
                done += u64::from(data_key::replace(&mut work, &row, &new).await?);
                work.commit().await?;
            }
            Err(error) => output::note(&format!(
                "the data key of {} is wrapped as before: {error}",
                row.kek_id
            )),
        }
    }
    Ok(done)
}

/// One of perhaps several that work side by side.
struct Worker<'a, 'b, F> {
    desk: &'a KekDesk<'b, F>,
    active: String,
    batch: i64,
    /// How many rows there were to seal.
    whole: i64,
    sealed: u64,
    unopened: Vec<UnopenedLine>,
    told: Instant,
}

impl<F: AsyncFn() -> Result<UnitOfWork>> Worker<'_, '_, F> {
    /// Goes over the tables until nothing is left but what does not open; says how much that is.
    async fn work(&mut self, view: &View) -> Result<i64> {
        self.whole = remaining(view, &self.active);
        let (mut left, mut since) = (self.whole, Instant::now());
        loop {
            let mut unopened = 0;
            self.unopened.clear();
            for room in &ROOMS {
                unopened += self.pass(room).await?;
            }
            let now_left = remaining(&self.desk.look().await?, &self.active);
            if now_left <= unopened {
                return Ok(now_left);
            }
            if now_left != left {
                (left, since) = (now_left, Instant::now());
            } else if since.elapsed() >= PATIENCE {
                output::note("the rows that are left are locked by somebody else: run this again later");
                return Ok(now_left);
            }
            tokio::time::sleep(REST).await;
        }
    }

    /// Goes once over a table; says how many rows did not open.
    async fn pass(&mut self, room: &Room) -> Result<i64> {
        let mut unopened = 0;
        let mut after = None;
        loop {
            let batch = Batch {
                after,
                limit: self.batch,
            };
            let mut work = (self.desk.begin)().await?;
            kek::require_active(&mut work, &self.active).await?;
            let resealed = (room.reseal)(&mut work, self.desk.keyring, batch).await?;
            kek::write_down_seals(&mut work, self.desk.keyring).await?;
            work.commit().await?;
            self.sealed += resealed.sealed;
            unopened += i64::try_from(resealed.unopened.len()).unwrap_or(i64::MAX);
            self.name(room, resealed.unopened);
            self.tell(room);
            after = resealed.last;
            if after.is_none() {
                return Ok(unopened);
            }
        }
    }

    fn name(&mut self, room: &Room, unopened: Vec<Unopened>) {
        let room_for = SHOWN.saturating_sub(self.unopened.len());
        let lines = unopened
            .into_iter()
            .take(room_for)
            .map(|Unopened { row, reason }| UnopenedLine {
                table: room.table,
                row,
                reason,
            });
        self.unopened.extend(lines);
    }

    fn tell(&mut self, room: &Room) {
        if self.told.elapsed() >= TELL_EVERY {
            self.told = Instant::now();
            let Self {
                sealed,
                whole,
                active,
                ..
            } = self;
            output::note(&format!(
                "{}: {sealed} of {whole} rows are sealed by {active}",
                room.table
            ));
        }
    }
}

/// How many rows are needed and sealed by other keys.
fn remaining(view: &View, active: &str) -> i64 {
    let others = view.needs.iter().filter(|need| need.kek_id != active);
    others.map(|need| need.rows).sum()
}

impl fmt::Display for PlanReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows.is_empty() {
            return write!(formatter, "Everything is sealed by {} already", self.kek);
        }
        writeln!(formatter, "To be sealed by {}:", self.kek)?;
        let cells: Vec<[String; 4]> = self.rows.iter().map(PlanLine::cells).collect();
        let rows = cells.iter().map(|cells| cells.each_ref().map(String::as_str));
        layout::table(formatter, ["SEALED BY", "TABLE", "ROWS", "OPENS HERE"], rows)
    }
}

impl PlanLine {
    fn cells(&self) -> [String; 4] {
        let opens = if self.opens { "yes" } else { "no" };
        [
            self.kek.clone(),
            self.table.to_owned(),
            self.rows.to_string(),
            opens.to_owned(),
        ]
    }
}

impl fmt::Display for RekeyReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = Duration::from_millis(self.milliseconds).as_secs_f64();
        writeln!(
            formatter,
            "{} rows were sealed by {} in {seconds:.1} s",
            self.sealed, self.kek
        )?;
        if self.wrapped_anew > 0 {
            writeln!(formatter, "{} data keys were wrapped anew", self.wrapped_anew)?;
        }
        for UnopenedLine { table, row, reason } in &self.unopened {
            writeln!(formatter, "{table} row {row} does not open: {reason}")?;
        }
        if self.remaining == 0 {
            return write!(
                formatter,
                "Next: `signet kek remove ID` takes the key away that nothing needs any more"
            );
        }
        write!(
            formatter,
            "{} rows are still sealed by other keys. Next: add those keys to this configuration (`signet kek status` \
             names them), or replace what is lost, and run this again",
            self.remaining
        )
    }
}
