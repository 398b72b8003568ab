//! Owns what was measured of a row: of every run, and the median of them.

use std::time::Duration;

use serde::Serialize;

use super::catalogue::RowName;
use crate::drive::Tally;
use crate::figures;
use crate::meter::{Cost, Shares};

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
    /// Processor time of PostgreSQL for one operation in it, in microseconds.
    pub(crate) postgres_us: Option<f64>,
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
            postgres_us: None,
            errors: 1,
            error: Some(format!("{error:#}")),
            cost: None,
        }
    }

    /// The median of some runs, with the errors of all of them.
    pub(super) fn of(row: RowName, mut runs: Vec<Run>, cost: Option<Cost>) -> Self {
        let rates = runs.iter().map(|run| run.rate).collect();
        let errors = runs.iter().map(|run| run.errors).sum();
        let error = runs.iter().find_map(|run| run.error.clone());
        runs.sort_by(|one, other| one.rate.total_cmp(&other.rate));
        let median = runs.swap_remove(runs.len() / 2);
        Self {
            row,
            rate: median.rate,
            rates,
            p50_ms: median.p50_ms,
            p99_ms: median.p99_ms,
            processors: median.processors,
            postgres_us: median.postgres_us,
            errors,
            error,
            cost,
        }
    }
}

/// One run without its samples.
pub(super) struct Run {
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
    processors: Shares,
    postgres_us: Option<f64>,
    errors: usize,
    error: Option<String>,
}

impl Run {
    pub(super) fn new(tally: &Tally, processors: Shares) -> Self {
        let percentile = |percent| f64::from(figures::percentile(&tally.latencies, percent)) / 1000.0;
        let microseconds = |share: f64| share / 100.0 * 1e6 / tally.rate();
        Self {
            rate: tally.rate(),
            p50_ms: percentile(50),
            p99_ms: percentile(99),
            processors,
            postgres_us: processors.postgres.filter(|_| tally.done > 0).map(microseconds),
            errors: tally.errors,
            error: tally.error.clone(),
        }
    }
}

/// Stock for a run that is half as fast again as the last one.
pub(super) fn enough(last: &Tally, time: Duration) -> usize {
    let milliseconds = |time: Duration| usize::try_from(time.as_millis()).unwrap_or(usize::MAX).max(1);
    last.done.saturating_mul(milliseconds(time)) / milliseconds(last.elapsed) * 3 / 2 + 256
}
