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
    /// What is certain of a backup of the day that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certain: Option<&'static str>,
}

/// What a backup of a day has to do with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OnDay {
    /// It was the one that seals: whatever was sealed on the day needs it.
    Sealed,
    /// It sealed before, or for a part of the day, or it is not known any more: rows that it sealed may have been there.
    May,
}

/// The rest is certain too: it is not listed.
const CERTAIN: &str = "Certain: a key that is not listed seals nothing in a backup of that day, since it was added later or \
    removed before. What was sealed on the day needs the key that says \"sealed\". One that says \"may\" is needed if rows \
    that it sealed before had not been sealed anew: give the restored server all of these keys, and `signet kek status` \
    there counts the rows of each.";

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
    /// What a backup of the day that was asked for has to do with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_day: Option<OnDay>,
}

pub(super) async fn show<F: AsyncFn() -> Result<UnitOfWork>>(
    arguments: &HistoryArguments,
    desk: &KekDesk<'_, F>,
) -> Result<KekReport> {
    let entries = desk.look().await?.entries;
    let registered = entries.first().map(|entry| entry.added_at).unwrap_or_default();
    let wanted = arguments.wanted.as_deref();
    let day = wanted.and_then(times_of);
    let keks: Vec<HistoryLine> = entries
        .iter()
        .filter(|entry| match (day, wanted) {
            (Some((begins, ends)), _) => entry.may_have_sealed_between(begins, ends, registered),
            (None, Some(wanted)) => entry.id == wanted || entry.fingerprint == wanted,
            (None, None) => true,
        })
        .map(|entry| HistoryLine::new(entry, desk.keyring, day))
        .collect();
    if let (Some(wanted), true) = (&arguments.wanted, keks.is_empty()) {
        bail!(
            "no key-encryption key matches {wanted}: `signet kek history` lists every one that was ever known"
        );
    }
    Ok(KekReport::History(HistoryReport {
        keks,
        certain: day.map(|_| CERTAIN),
    }))
}

/// When a day begins and ends, if it is one: whenever on it the backup was made.
fn times_of(wanted: &str) -> Option<(Timestamp, Timestamp)> {
    let day = NaiveDate::parse_from_str(wanted, "%Y-%m-%d").ok()?;
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    Some((midnight(day), day.succ_opt().map_or(Timestamp::MAX_UTC, midnight)))
}

impl HistoryLine {
    fn new(entry: &Entry, keyring: &Keyring, day: Option<(Timestamp, Timestamp)>) -> Self {
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
            on_day: day.map(|(begins, ends)| {
                if entry.sealed_all_through(begins, ends) {
                    OnDay::Sealed
                } else {
                    OnDay::May
                }
            }),
        }
    }

    fn cells(&self) -> [String; 8] {
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
            match self.on_day {
                None => "-".to_owned(),
                Some(OnDay::Sealed) => "sealed".to_owned(),
                Some(OnDay::May) => "may".to_owned(),
            },
        ]
    }
}

fn day(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

impl fmt::Display for HistoryReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells: Vec<[String; 8]> = self.keks.iter().map(HistoryLine::cells).collect();
        let rows = cells.iter().map(|cells| cells.each_ref().map(String::as_str));
        let head = [
            "ID",
            "FINGERPRINT",
            "SOURCE",
            "STATE",
            "SEALED SINCE",
            "REMOVED",
            "HERE",
            "THAT DAY",
        ];
        layout::table(formatter, head, rows)?;
        match self.certain {
            Some(certain) => write!(formatter, "\n\n{certain}"),
            None => Ok(()),
        }
    }
}
