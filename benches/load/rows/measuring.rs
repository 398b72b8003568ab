//! Owns the life of a row at one server: warm up, measure several times, count statements once.

use std::time::Duration;

use super::catalogue::RowName;
use super::ground::Ground;
use super::result::{RowResult, Run, enough};
use crate::drive::{Tally, Until, Visitor, Worker, drive};
use crate::meter::{Processors, Statements, Watched};

/// A kind of request, made of visitors that ask at the same time.
pub(super) trait Row {
    /// Who asks.
    type Visitor: Visitor;

    /// One visitor for each connection.
    async fn visitors(&mut self, ground: &Ground) -> anyhow::Result<Vec<Self::Visitor>>;

    /// Makes what so many visits use up, outside of the measured time.
    async fn restock(&mut self, _ground: &Ground, _visits: usize) -> anyhow::Result<()> {
        Ok(())
    }
}

/// What is read beside the clock.
pub(crate) struct Meters {
    /// Whose processor time.
    pub(crate) watched: Watched,
    /// PostgreSQL's own counters.
    pub(crate) statements: Option<Statements>,
}

/// A server that is measured.
pub(crate) struct Contender {
    /// The server, its clients and its people.
    pub(crate) ground: Ground,
    /// What is read beside the clock.
    pub(crate) meters: Meters,
    /// How long it is warmed up at least, before each row.
    pub(crate) warm_up: Duration,
}

/// How many visits of each connection are counted: enough for a mean, too few to wait for.
const COUNTED_VISITS: usize = 8;
/// What a warm-up may use up.
const WARM_UP_STOCK: usize = 4096;

/// A row at one server, between its runs.
pub(super) struct Measuring<'a, R: Row> {
    contender: &'a mut Contender,
    row: R,
    workers: Vec<Worker<R::Visitor>>,
    last: Tally,
    runs: Vec<Run>,
}

impl<'a, R: Row> Measuring<'a, R> {
    /// Warms up for a part of a run's time, or for as long as the server needs.
    pub(super) async fn begin(
        mut row: R,
        contender: &'a mut Contender,
        seconds: Duration,
    ) -> anyhow::Result<Self> {
        let ground = &contender.ground;
        let visitors = row.visitors(ground).await?;
        let workers: Vec<_> = visitors
            .into_iter()
            .map(|visitor| Worker::new(ground.site.address, visitor))
            .collect();
        row.restock(ground, WARM_UP_STOCK).await?;
        if let Some(statements) = &mut contender.meters.statements {
            statements.settle().await?;
        }
        let warm_up = contender.warm_up.max(seconds / 3);
        let (workers, last) = drive(workers, Until::Time(warm_up)).await?;
        Ok(Self {
            contender,
            row,
            workers,
            last,
            runs: Vec::new(),
        })
    }

    /// Measures once.
    pub(super) async fn measure(&mut self, seconds: Duration) -> anyhow::Result<()> {
        let Contender { ground, meters, .. } = &self.contender;
        self.row.restock(ground, enough(&self.last, seconds)).await?;
        let before = Processors::now(meters.watched);
        let workers = std::mem::take(&mut self.workers);
        (self.workers, self.last) = drive(workers, Until::Time(seconds)).await?;
        let processors = Processors::since(meters.watched, before);
        self.runs.push(Run::new(&self.last, processors));
        Ok(())
    }

    /// Counts statements, and gives what was measured.
    pub(super) async fn end(mut self, name: RowName) -> anyhow::Result<RowResult> {
        let Contender { ground, meters, .. } = self.contender;
        let cost = match &mut meters.statements {
            None => None,
            Some(statements) => {
                self.row
                    .restock(ground, COUNTED_VISITS * self.workers.len())
                    .await?;
                if ground.families.is_some() {
                    // In a large database nearly every page is touched for the first time since the last one.
                    statements.checkpoint().await?;
                }
                statements.begin().await?;
                let (_, tally) = drive(self.workers, Until::Visits(COUNTED_VISITS)).await?;
                Some(statements.end(tally.done + tally.errors).await?)
            }
        };
        Ok(RowResult::of(name, self.runs, cost))
    }
}
