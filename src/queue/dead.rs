//! Owns what an operator does with what waits, and with what was given up: looks at it, lets it be tried anew, drops it.

use std::time::Duration;

use super::job::JobKind;
use super::store::dead as store;
use crate::audit::{self, QueueEvent};
use crate::base::clock::{self, Timestamp};
use crate::base::id::JobId;
use crate::db::{DatabaseError, UnitOfWork};
use crate::queue::sealed_payload;
use crate::sealing::{Keyring, Sealed};

/// A job as an operator sees it.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Its id.
    pub id: JobId,
    /// Its kind.
    pub kind: JobKind,
    /// What it is about, where later ones take its place.
    pub key: Option<String>,
    /// When it was added, or replayed last.
    pub queued_at: Timestamp,
    /// How many times it was begun.
    pub attempts: i32,
    /// When it may be begun; while it is done, when that is given up.
    pub next_attempt_at: Timestamp,
    /// Which replica does it, or did when it was lost.
    pub leased_by: Option<String>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it was given up.
    pub dead_at: Option<Timestamp>,
    pub(super) sealed: Option<Sealed>,
}

impl Waiting {
    /// What it is, in a few words and without a secret; or why that cannot be read here.
    #[must_use]
    pub fn told(&self, keyring: &Keyring) -> String {
        let opened = sealed_payload::open(keyring, &self.id, self.kind, self.sealed.as_ref());
        opened.map_or_else(|error| error.to_string(), |job| job.told())
    }
}

/// Which jobs.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of this kind.
    pub kind: Option<JobKind>,
    /// Those that were given up, instead of those that are to be done.
    pub dead: bool,
    /// After this one.
    pub after: Option<JobId>,
    /// At most so many.
    pub limit: i64,
}

/// How long, and how many, dead letters are kept.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// How long.
    pub kept_for: Duration,
    /// How many, the latest.
    pub most: i64,
}

/// Jobs in the order in which they were added.
pub async fn list(work: &mut UnitOfWork, wanted: &Wanted) -> Result<Vec<Waiting>, DatabaseError> {
    store::list(work.connection()?, wanted).await
}

/// One job.
pub async fn find(work: &mut UnitOfWork, id: &JobId) -> Result<Option<Waiting>, DatabaseError> {
    store::find(work.connection()?, id).await
}

/// Lets a job that was given up be tried anew, with all of its attempts; false if there is none of this id, or a later one
/// about the same waits.
pub async fn replay(work: &mut UnitOfWork, id: &JobId) -> Result<bool, DatabaseError> {
    let now = work.now();
    let Some(kind) = store::replay(work.connection()?, id, now).await? else {
        return Ok(false);
    };
    work.wakes_worker();
    let event = QueueEvent::Replayed {
        kind: kind.name(),
        job: Some(id.clone()),
        jobs: 1,
    };
    audit::record(work, event).await?;
    Ok(true)
}

/// The same of every job of a kind that was given up, but for those about which a later one waits; how many.
pub async fn replay_all(work: &mut UnitOfWork, kind: JobKind) -> Result<u64, DatabaseError> {
    let now = work.now();
    let jobs = store::replay_all(work.connection()?, kind, now).await?;
    if jobs > 0 {
        work.wakes_worker();
        let event = QueueEvent::Replayed {
            kind: kind.name(),
            job: None,
            jobs,
        };
        audit::record(work, event).await?;
    }
    Ok(jobs)
}

/// Takes a job out of the queue, whether it was given up or not; whoever does it at this moment goes on. False if there is
/// none of this id.
pub async fn drop_job(work: &mut UnitOfWork, id: &JobId) -> Result<bool, DatabaseError> {
    let Some(kind) = store::delete(work.connection()?, id).await? else {
        return Ok(false);
    };
    let event = QueueEvent::Dropped {
        kind: kind.name(),
        job: id.clone(),
    };
    audit::record(work, event).await?;
    Ok(true)
}

/// Deletes at most `limit` jobs that were given up long ago, or of which there are more than are kept; says how many.
pub async fn expire(work: &mut UnitOfWork, retention: Retention, limit: i64) -> Result<u64, DatabaseError> {
    let before = clock::before(work.now(), retention.kept_for);
    store::expire(work.connection()?, before, retention.most, limit).await
}
