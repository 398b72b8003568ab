//! Owns what changed since a reader last asked, and when a cut-off is over.

use std::time::Duration;

use super::cursor::{Cursor, Cutoff};
use super::store;
use crate::base::clock;
use crate::config::LONGEST_ACCESS_TOKEN;
use crate::db::snapshot::Snapshot;
use crate::db::{DatabaseError, UnitOfWork};

/// How long a cut-off matters: no access token lives longer. The rest is for clocks that differ.
pub const KEPT: Duration = Duration::from_secs(LONGEST_ACCESS_TOKEN.as_secs() + 300);
/// The most cut-offs of one answer, but for those of one transaction.
const PAGE: i64 = 5000;

/// What became visible since a cursor.
#[derive(Debug)]
pub struct Changes {
    /// Where to read on.
    pub cursor: Cursor,
    /// Whether these replace everything that was read before.
    pub full: bool,
    /// Whether there is more than was put into this answer.
    pub more: bool,
    /// The cut-offs, oldest transaction first.
    pub cutoffs: Vec<Cutoff>,
}

/// Reads what became visible since a cursor, or everything without one: one statement. What commits late is not
/// skipped, and a transaction that runs for hours holds nothing up.
pub async fn changes(work: &mut UnitOfWork, after: Option<&Cursor>) -> Result<Changes, DatabaseError> {
    let epoch = work.epoch();
    let known = after.filter(|cursor| cursor.epoch == epoch.0);
    let seen = known.map_or_else(Snapshot::nothing, |cursor| cursor.snapshot.clone());
    let read = store::read_cutoffs(work, &seen, PAGE).await?;
    let complete = i64::try_from(read.cutoffs.len()).is_ok_and(|count| count < PAGE);
    let snapshot = match read.last {
        Some(last) if !complete => read.snapshot.up_to(last),
        _ => read.snapshot,
    };
    Ok(Changes {
        cursor: Cursor::new(epoch, snapshot),
        full: known.is_none() || read.reset,
        more: !complete,
        cutoffs: read.cutoffs,
    })
}

/// Where somebody who has read everything stands now; with `since`, only if something was written after it. One
/// statement.
pub async fn moved(work: &mut UnitOfWork, since: Option<&Cursor>) -> Result<Option<Cursor>, DatabaseError> {
    let epoch = work.epoch();
    let seen = since.filter(|cursor| cursor.epoch == epoch.0);
    let (snapshot, moved) = store::cutoffs_moved(work, seen.map(|cursor| &cursor.snapshot)).await?;
    Ok(moved.then(|| Cursor::new(epoch, snapshot)))
}

/// Deletes cut-offs that no living token can be below.
pub async fn expire(work: &mut UnitOfWork, limit: i64) -> Result<u64, DatabaseError> {
    let before = clock::before(work.now(), KEPT);
    store::expire_cutoffs(work, before, limit).await
}
