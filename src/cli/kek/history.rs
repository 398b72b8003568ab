//! Owns `signet kek history`: which keys there were, and which of them a backup needs.

use std::fmt;

use anyhow::{Result, bail};
use chrono::{NaiveDate, NaiveTime};
use serde::Serialize;

use super::arguments::HistoryArguments;
use super::report::KekReport;
use super::run::KekDesk;
use crate::base::clock::Timestamp;
use crate::cli::layout;
use crate::db::UnitOfWork;
use crate::kek::Entry;
use crate::sealing::Keyring;

/// Keys that there were, the oldest first.
#[derive(Debug, Serialize)]
pub struct HistoryReport {
    /// They.
    pub keks: Vec<HistoryLine>,
}

/// A key.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the key")]
pub struct HistoryLine {
    pub id: String,
    pub fingerprint: String,
    pub source: String,
    pub state: &'static str,
    /// Whether this configuration has it now.
    pub here: bool,
    pub added_at: Timestamp,
    pub activated_at: Option<Timestamp>,
    pub replaced_at: Option<Timestamp>,
    pub removed_at: Option<Timestamp>,
}

pub(super) async fn show<F: AsyncFn() -> Result<UnitOfWork>>(
    arguments: &HistoryArguments,
    desk: &KekDesk<'_, F>,
) -> Result<KekReport> {
    let entries = desk.look().await?.entries;
    let registered = entries.first().map(|entry| entry.added_at).unwrap_or_default();
    let keks: Vec<HistoryLine> = entries
        .iter()
        .filter(|entry| {
            arguments
                .wanted
                .as_ref()
                .is_none_or(|wanted| matches(entry, wanted, registered))
        })
        .map(|entry| HistoryLine::new(entry, desk.keyring))
        .collect();
    if let (Some(wanted), true) = (&arguments.wanted, keks.is_empty()) {
        bail!(
            "no key-encryption key matches {wanted}: `signet kek history` lists every one that was ever known"
        );
    }
    Ok(KekReport::History(HistoryReport { keks }))
}

fn matches(entry: &Entry, wanted: &str, registered: Timestamp) -> bool {
    if let Ok(day) = NaiveDate::parse_from_str(wanted, "%Y-%m-%d") {
        let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        // Whenever on that day the backup was made.
        let (begins, ends) = (midnight(day), day.succ_opt().map_or(Timestamp::MAX_UTC, midnight));
        return entry.may_have_sealed_between(begins, ends, registered);
    }
    entry.id == wanted || entry.fingerprint == wanted
}

impl HistoryLine {
    fn new(entry: &Entry, keyring: &Keyring) -> Self {
        Self {
            id: entry.id.clone(),
            fingerprint: entry.fingerprint.clone(),
            source: entry.source.clone(),
            state: entry.state.name(),
            here: keyring.fingerprint(&entry.id).as_ref() == Some(&entry.fingerprint),
            added_at: entry.added_at,
            activated_at: entry.activated_at,
            replaced_at: entry.replaced_at,
            removed_at: entry.removed_at,
        }
    }

    fn cells(&self) -> [String; 7] {
        let at = |time: Option<Timestamp>| time.map_or_else(|| "-".to_owned(), day);
        let here = if self.here { "yes" } else { "no" };
        [
            self.id.clone(),
            self.fingerprint.clone(),
            self.source.clone(),
            self.state.to_owned(),
            at(self.activated_at),
            at(self.removed_at),
            here.to_owned(),
        ]
    }
}

fn day(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

impl fmt::Display for HistoryReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells: Vec<[String; 7]> = self.keks.iter().map(HistoryLine::cells).collect();
        let rows = cells.iter().map(|cells| cells.each_ref().map(String::as_str));
        let head = [
            "ID",
            "FINGERPRINT",
            "SOURCE",
            "STATE",
            "SEALED SINCE",
            "REMOVED",
            "HERE",
        ];
        layout::table(formatter, head, rows)
    }
}
