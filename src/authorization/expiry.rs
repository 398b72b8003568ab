//! Owns when waiting requests and codes are over for good.

use std::time::Duration;

use super::store;
use crate::base::clock;
use crate::db::{DatabaseError, UnitOfWork};

/// Requests are kept this long after their end, so that whoever comes back to one is shown a way on.
const REQUESTS_KEPT: Duration = Duration::from_mins(5);
/// Codes are kept this long after their end, so that a late replay still ends what the code issued.
const CODES_KEPT: Duration = Duration::from_hours(24);

/// Deletes at most `limit` requests that ended some minutes ago; says how many.
pub async fn expire_requests(work: &mut UnitOfWork, limit: i64) -> Result<u64, DatabaseError> {
    let before = clock::before(work.now(), REQUESTS_KEPT);
    store::expire_requests(work, before, limit).await
}

/// Deletes at most `limit` codes that ended a day ago; says how many.
pub async fn expire_codes(work: &mut UnitOfWork, limit: i64) -> Result<u64, DatabaseError> {
    let before = clock::before(work.now(), CODES_KEPT);
    store::expire_codes(work, before, limit).await
}
