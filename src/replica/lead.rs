//! Owns who does a job that one replica is enough for. Nothing hangs on there being one only: the work of two who both
//! think so is harmless, and only done twice.

use std::time::Duration;

use super::store;
use crate::base::clock;
use crate::base::id::ReplicaId;
use crate::db::{DatabaseError, UnitOfWork};

/// Takes the lead of a job for so long, or goes on with it; whether this replica has it. One statement.
pub async fn lead(
    work: &mut UnitOfWork,
    id: &ReplicaId,
    job: &str,
    length: Duration,
) -> Result<bool, DatabaseError> {
    let now = work.now();
    let until = clock::after(now, length);
    store::lead(work.connection()?, id, job, now, until).await
}

/// Leaves a job to whoever takes it next, before its time is over. One statement.
pub async fn give_up(work: &mut UnitOfWork, id: &ReplicaId, job: &str) -> Result<(), DatabaseError> {
    let now = work.now();
    store::give_up(work.connection()?, id, job, now).await
}
