//! Owns the life of a row: warm up, measure several times, count statements once.

use std::time::Duration;

use serde::Serialize;

use super::catalogue::RowName;
use super::client_credentials::ClientCredentials;
use super::code::{Authorize, Exchange};
use super::ground::{Ground, SCOPE};
use super::login::Login;
use super::private_key_jwt::PrivateKeyJwt;
use super::read::Read;
use super::refresh::Refresh;
use crate::drive::{Tally, Until, Visitor, Worker, drive};
use crate::figures;
use crate::meter::{Cost, Processors, Shares, Statements, Watched};

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

/// How a row is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    /// How long a measured run takes.
    pub(crate) seconds: Duration,
    /// How many there are.
    pub(crate) runs: u32,
}

/// What is read beside the clock.
pub(crate) struct Meters {
    /// Whose processor time.
    pub(crate) watched: Watched,
    /// PostgreSQL's own counters.
    pub(crate) statements: Option<Statements>,
}

/// What was measured of a row.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RowResult {
    /// Which row.
    pub(crate) row: RowName,
    /// Operations per second: the median run's.
    pub(crate) rate: f64,
    /// Operations per second of every run.
    pub(crate) rates: Vec<f64>,
    /// The median run's median, in milliseconds.
    pub(crate) p50_ms: f64,
    /// Its 99th percentile.
    pub(crate) p99_ms: f64,
    /// Who used the processors in it.
    pub(crate) processors: Shares,
    /// Operations that failed, in all runs.
    pub(crate) errors: usize,
    /// The first failure.
    pub(crate) error: Option<String>,
    /// What one operation costs the database.
    pub(crate) cost: Option<Cost>,
}

impl RowResult {
    /// A row that could not be measured.
    pub(crate) fn failed(row: RowName, error: &anyhow::Error) -> Self {
        Self {
            row,
            rate: 0.0,
            rates: Vec::new(),
            p50_ms: 0.0,
            p99_ms: 0.0,
            processors: Shares::default(),
            errors: 1,
            error: Some(format!("{error:#}")),
            cost: None,
        }
    }
}

/// Measures a row. One that cannot be measured is a result too, so that the others are not lost.
pub(crate) async fn run(row: RowName, ground: &Ground, meters: &mut Meters, settings: Settings) -> RowResult {
    attempt(row, ground, meters, settings)
        .await
        .unwrap_or_else(|error| RowResult::failed(row, &error))
}

async fn attempt(
    row: RowName,
    ground: &Ground,
    meters: &mut Meters,
    settings: Settings,
) -> anyhow::Result<RowResult> {
    let measuring = Measuring {
        row,
        ground,
        settings,
    };
    match row {
        RowName::ClientCredentialsRs256 => {
            measuring
                .measure(
                    ClientCredentials {
                        client: ground.service_rs256.clone(),
                    },
                    meters,
                )
                .await
        }
        RowName::ClientCredentialsEs256 => {
            measuring
                .measure(
                    ClientCredentials {
                        client: ground.service_es256.clone(),
                    },
                    meters,
                )
                .await
        }
        RowName::PrivateKeyJwt => measuring.measure(PrivateKeyJwt::new(), meters).await,
        RowName::ExchangeRs256 => measuring.measure(Exchange::new(&ground.web_rs256), meters).await,
        RowName::ExchangeEs256 | RowName::ExchangeSqlHook | RowName::ExchangeHttpHook => {
            measuring.measure(Exchange::new(&ground.web_es256), meters).await
        }
        RowName::Authorize => measuring.measure(Authorize, meters).await,
        RowName::Refresh | RowName::RefreshSqlHook | RowName::RefreshHttpHook => {
            measuring
                .measure(
                    Refresh {
                        scope: "profile email",
                    },
                    meters,
                )
                .await
        }
        RowName::RefreshIdToken => measuring.measure(Refresh { scope: SCOPE }, meters).await,
        RowName::Introspection => measuring.measure(Read::Introspection, meters).await,
        RowName::Userinfo => measuring.measure(Read::Userinfo, meters).await,
        RowName::Jwks => {
            measuring
                .measure(Read::Document("/.well-known/jwks.json"), meters)
                .await
        }
        RowName::Discovery => {
            measuring
                .measure(Read::Document("/.well-known/openid-configuration"), meters)
                .await
        }
        RowName::Login => measuring.measure(Login, meters).await,
    }
}

/// How many visits of each connection are counted: enough for a mean, too few to wait for.
const COUNTED_VISITS: usize = 8;
/// What a warm-up may use up.
const WARM_UP_STOCK: usize = 4096;

struct Measuring<'a> {
    row: RowName,
    ground: &'a Ground,
    settings: Settings,
}

impl Measuring<'_> {
    async fn measure<R: Row>(&self, mut row: R, meters: &mut Meters) -> anyhow::Result<RowResult> {
        let Self { ground, settings, .. } = self;
        let visitors = row.visitors(ground).await?;
        let mut workers: Vec<_> = visitors
            .into_iter()
            .map(|visitor| Worker::new(ground.site.address, visitor))
            .collect();
        row.restock(ground, WARM_UP_STOCK).await?;
        if let Some(statements) = &mut meters.statements {
            statements.settle().await?;
        }
        let mut last;
        (workers, last) = drive(workers, Until::Time(settings.seconds / 3)).await?;
        let mut runs = Vec::new();
        for _ in 0..settings.runs {
            row.restock(ground, enough(&last, settings.seconds)).await?;
            let before = Processors::now(meters.watched);
            (workers, last) = drive(workers, Until::Time(settings.seconds)).await?;
            runs.push(Run::new(&last, Processors::since(meters.watched, before)));
        }
        let cost = match &mut meters.statements {
            None => None,
            Some(statements) => {
                row.restock(ground, COUNTED_VISITS * workers.len()).await?;
                statements.begin().await?;
                let (_, tally) = drive(workers, Until::Visits(COUNTED_VISITS)).await?;
                Some(statements.end(tally.done + tally.errors).await?)
            }
        };
        Ok(self.result(runs, cost))
    }

    fn result(&self, mut runs: Vec<Run>, cost: Option<Cost>) -> RowResult {
        let rates = runs.iter().map(|run| run.rate).collect();
        let errors = runs.iter().map(|run| run.errors).sum();
        let error = runs.iter().find_map(|run| run.error.clone());
        runs.sort_by(|one, other| one.rate.total_cmp(&other.rate));
        let median = runs.swap_remove(runs.len() / 2);
        RowResult {
            row: self.row,
            rate: median.rate,
            rates,
            p50_ms: median.p50_ms,
            p99_ms: median.p99_ms,
            processors: median.processors,
            errors,
            error,
            cost,
        }
    }
}

/// One run without its samples.
struct Run {
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
    processors: Shares,
    errors: usize,
    error: Option<String>,
}

impl Run {
    fn new(tally: &Tally, processors: Shares) -> Self {
        let percentile = |percent| f64::from(figures::percentile(&tally.latencies, percent)) / 1000.0;
        Self {
            rate: tally.rate(),
            p50_ms: percentile(50),
            p99_ms: percentile(99),
            processors,
            errors: tally.errors,
            error: tally.error.clone(),
        }
    }
}

/// Stock for a run that is half as fast again as the last one.
fn enough(last: &Tally, time: Duration) -> usize {
    let milliseconds = |time: Duration| usize::try_from(time.as_millis()).unwrap_or(usize::MAX).max(1);
    last.done.saturating_mul(milliseconds(time)) / milliseconds(last.elapsed) * 3 / 2 + 256
}
