//! Owns what `signet kek …` answers, as JSON and as text.

use std::fmt;

use serde::Serialize;

use super::history::HistoryReport;
use super::rekey::{PlanReport, RekeyReport};
use super::remove::RemovalReport;
use super::status::StatusReport;

/// What a command answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum KekReport {
    /// What was done, and what to do next.
    Done(Done),
    /// Everything on key-encryption keys.
    Status(StatusReport),
    /// Keys that there were.
    History(HistoryReport),
    /// What a removal would do.
    Removal(RemovalReport),
    /// What a re-key would do.
    Plan(PlanReport),
    /// What a re-key did.
    Rekey(RekeyReport),
}

/// What was done.
#[derive(Debug, Serialize)]
pub struct Done {
    /// In words.
    pub changes: Vec<String>,
    /// Whether the time to wait was over first.
    pub timed_out: bool,
    /// What to do next.
    pub next: String,
}

impl fmt::Display for Done {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for change in &self.changes {
            writeln!(formatter, "{change}")?;
        }
        write!(formatter, "Next: {}", self.next)
    }
}

impl fmt::Display for KekReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(done) => done.fmt(formatter),
            Self::Status(status) => status.fmt(formatter),
            Self::History(history) => history.fmt(formatter),
            Self::Removal(removal) => removal.fmt(formatter),
            Self::Plan(plan) => plan.fmt(formatter),
            Self::Rekey(rekey) => rekey.fmt(formatter),
        }
    }
}
