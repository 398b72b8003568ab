//! Owns when grants, reference tokens and revocations are over for good.

use std::time::Duration;

use super::store;
use crate::base::clock;
use crate::db::walk::{Span, Walked};
use crate::db::{DatabaseError, UnitOfWork};

/// Ended grants are kept this long for whoever looks into an incident.
const GRANTS_KEPT: Duration = Duration::from_hours(30 * 24);
/// A grant without refresh token has no use once its last access token has expired.
const WITHOUT_REFRESH_KEPT: Duration = Duration::from_hours(24);

/// Deletes at most `limit` expired reference tokens; says how many.
pub async fn expire_references(work: &mut UnitOfWork, limit: i64) -> Result<u64, DatabaseError> {
    store::expire_references(work, limit).await
}

/// Deletes at most `limit` revocations of tokens that have expired; says how many.
pub async fn expire_revocations(work: &mut UnitOfWork, limit: i64) -> Result<u64, DatabaseError> {
    // An hour longer than the token, whatever a clock says.
    let before = clock::before(work.now(), Duration::from_hours(1));
    store::expire_revocations(work, before, limit).await
}

/// Deletes at most `limit` grants of a stretch of their table that nothing can use any more.
pub async fn expire_grants(work: &mut UnitOfWork, span: Span, limit: i64) -> Result<Walked, DatabaseError> {
    let over = store::GrantsOver {
        ended_before: clock::before(work.now(), GRANTS_KEPT),
        made_before: clock::before(work.now(), WITHOUT_REFRESH_KEPT),
    };
    store::expire_grants(work, over, span, limit).await
}
