//! Owns what of the notes on keys is over.

use std::time::Duration;

use crate::base::clock;
use crate::db::{DatabaseError, UnitOfWork};
use crate::signing::store;

/// How long it is kept which replicas signed with a key after the first one; that is proof for ever.
const REPLICAS_KEPT: Duration = Duration::from_hours(30 * 24);

/// Deletes at most `limit` notes of replicas that were not a key's first; says how many.
pub async fn expire_first_signatures(work: &mut UnitOfWork, limit: i64) -> Result<u64, DatabaseError> {
    let before = clock::before(work.now(), REPLICAS_KEPT);
    store::expire_first_signatures(work.connection()?, before, limit).await
}
