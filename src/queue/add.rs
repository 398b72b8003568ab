//! Owns how work comes into the queue.

use super::job::{Job, JobKind};
use super::sealed_payload;
use super::store::add as store;
use crate::base::id::JobId;
use crate::db::{DatabaseError, UnitOfWork};
use crate::sealing::{Keyring, SealingError};

/// Why nothing was added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// What it carries could not be sealed.
    #[error("a job could not be sealed")]
    Sealing(#[from] SealingError),
    /// What it carries could not be written down.
    #[error("a job could not be written down")]
    Payload(#[from] serde_json::Error),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// It waits.
    Waits(JobId),
    /// So much of its kind waits that nothing more is taken: it is not done.
    Full(JobKind),
}

/// Adds a job in the transaction of the act that wants it, in one statement. Of a key only the latest waits. `most` is how
/// much of its kind may wait.
pub async fn add(work: &mut UnitOfWork, keyring: &Keyring, job: &Job, most: i64) -> Result<Added, AddError> {
    let now = work.now();
    let (id, kind, key) = (JobId::new(now, work.entropy()), job.kind(), job.key());
    let sealed = job
        .payload()?
        .map(|payload| sealed_payload::seal(keyring, &id, &payload, work.entropy()))
        .transpose()?;
    let row = store::NewRow {
        id: &id,
        kind,
        key: key.as_deref(),
        sealed: sealed.as_ref(),
    };
    if !store::insert(work.connection()?, &row, most, now).await? {
        tracing::error!(
            job.kind = kind.name(),
            most,
            "a job is not done: so much of its kind waits that nothing more is taken; `signet queue list` shows it"
        );
        return Ok(Added::Full(kind));
    }
    work.wakes_worker();
    Ok(Added::Waits(id))
}
