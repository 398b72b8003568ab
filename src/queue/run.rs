//! Owns how work is taken and settled. An attempt is taken in one statement and belongs to whoever took it until its
//! lease ends; the number of the attempt is the proof, so that whoever comes back too late settles nothing.

use super::job::{Job, JobKind};
use super::lane::Lane;
use super::sealed_payload;
use super::store::run as store;
use crate::base::clock::{self, Timestamp};
use crate::base::id::{JobId, ReplicaId};
use crate::db::{DatabaseError, PgConnection, UnitOfWork};
use crate::sealing::Keyring;

/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 500;

/// When work of a kind may be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The kind.
    pub kind: JobKind,
    /// From then on.
    pub at: Timestamp,
}

/// An attempt that this replica has for itself.
#[derive(Debug)]
pub struct Claimed {
    /// The job.
    pub id: JobId,
    /// Its kind.
    pub kind: JobKind,
    /// Which attempt it is, from 1 on.
    pub attempt: i32,
    /// When it was added, or replayed last.
    pub queued_at: Timestamp,
    /// What is to be done, or why that cannot be read here.
    pub job: Result<Job, String>,
}

/// Why an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// In words, without a secret; kept with the job.
    pub reason: String,
    /// Whether another attempt would fail as well.
    pub permanent: bool,
}

/// What became of a job whose attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It is tried again then.
    Again(Timestamp),
    /// It is given up.
    Dead,
    /// It was somebody else's by then: another replica's, or a later job has taken its place.
    Gone,
}

impl Failure {
    /// One that may not happen again.
    #[must_use]
    pub fn temporary(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            permanent: false,
        }
    }

    /// One that will.
    #[must_use]
    pub fn permanent(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            permanent: true,
        }
    }
}

/// When the first job of each kind may be begun. Reads only: a replica that has nothing to do writes nothing.
pub async fn due(connection: &mut PgConnection) -> Result<Vec<Due>, DatabaseError> {
    store::due(connection, &JobKind::ALL).await
}

/// Takes at most `limit` jobs of a kind that may be begun, the ones that have waited longest. One statement.
pub async fn claim(
    work: &mut UnitOfWork,
    keyring: &Keyring,
    kind: JobKind,
    replica: &ReplicaId,
    limit: i64,
) -> Result<Vec<Claimed>, DatabaseError> {
    let now = work.now();
    let lease = store::Lease {
        now,
        until: clock::after(now, Lane::of(kind).lease()),
        replica,
    };
    let rows = store::claim(work.connection()?, kind, &lease, limit).await?;
    let claimed = rows.into_iter().map(|row| Claimed {
        job: sealed_payload::open(keyring, &row.id, kind, row.sealed.as_ref())
            .map_err(|error| error.to_string()),
        id: row.id,
        kind,
        attempt: row.attempts,
        queued_at: row.queued_at,
    });
    Ok(claimed.collect())
}

/// A job is done; false if it was somebody else's by then.
pub async fn finish(work: &mut UnitOfWork, claimed: &Claimed) -> Result<bool, DatabaseError> {
    store::finish(work.connection()?, &claimed.id, claimed.attempt).await
}

/// An attempt failed: the job is tried again later, or given up.
pub async fn fail(
    work: &mut UnitOfWork,
    claimed: &Claimed,
    failure: &Failure,
) -> Result<Settled, DatabaseError> {
    let (now, lane) = (work.now(), Lane::of(claimed.kind));
    let next = clock::after(now, lane.delay(claimed.attempt, work.entropy()));
    let over = claimed.attempt >= lane.attempts || next >= clock::after(claimed.queued_at, lane.longest_age);
    let dead_at = (failure.permanent || over).then_some(now);
    let reason: String = failure.reason.chars().take(LONGEST_REASON).collect();
    let outcome = store::Outcome {
        next,
        dead_at,
        reason: &reason,
    };
    if !store::fail(work.connection()?, &claimed.id, claimed.attempt, &outcome).await? {
        return Ok(Settled::Gone);
    }
    Ok(dead_at.map_or(Settled::Again(next), |_| Settled::Dead))
}
