//! Owns when a replica says what it holds, and how long that counts.

use std::time::Duration;

use super::holdings::{Holdings, Replica};
use super::store;
use crate::base::clock::{self, Timestamp};
use crate::base::id::ReplicaId;
use crate::db::{DatabaseError, PgConnection, UnitOfWork};

/// How often a replica reports.
pub const REPORT_EVERY: Duration = Duration::from_secs(10);
/// What has not been heard of for longer is taken for stopped.
pub const HEARD_WITHIN: Duration = Duration::from_mins(1);
/// How long a row outlives its replica.
const KEPT: Duration = Duration::from_mins(10);

/// Writes what a replica holds now. One statement.
pub async fn report(work: &mut UnitOfWork, id: &ReplicaId, holdings: &Holdings) -> Result<(), DatabaseError> {
    let now = work.now();
    store::report(work.connection()?, id, holdings, now).await
}

/// Every replica that was heard of lately, in the order of their starts.
pub async fn list(connection: &mut PgConnection, now: Timestamp) -> Result<Vec<Replica>, DatabaseError> {
    store::list(connection, clock::before(now, HEARD_WITHIN)).await
}

/// Forgets a replica that stops.
pub async fn forget(work: &mut UnitOfWork, id: &ReplicaId) -> Result<(), DatabaseError> {
    store::delete(work.connection()?, id).await
}

/// Deletes at most `limit` replicas that were not heard of for long; says how many.
pub async fn expire(work: &mut UnitOfWork, limit: i64) -> Result<u64, DatabaseError> {
    let before = clock::before(work.now(), KEPT);
    store::expire(work.connection()?, before, limit).await
}
