//! Owns which addresses were refused for good. It is noted for whoever wonders why somebody gets no mail; mail to such an
//! address is tried all the same, since mailboxes come back.

use std::time::Duration;

use super::limit::digest_of;
use super::store;
use crate::base::clock::{self, Timestamp};
use crate::db::{DatabaseError, UnitOfWork};

/// How long it is kept.
const KEPT: Duration = Duration::from_hours(90 * 24);
/// The longest reason, in characters.
const LONGEST: usize = 500;

/// An address was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// What was said last.
    pub reason: String,
    /// When.
    pub bounced_at: Timestamp,
    /// How many times.
    pub times: i32,
}

/// Notes that an address was refused.
pub async fn note(work: &mut UnitOfWork, canonical: &str, reason: &str) -> Result<(), DatabaseError> {
    let now = work.now();
    let reason: String = reason.chars().take(LONGEST).collect();
    store::note_bounce(work.connection()?, &digest_of(canonical), &reason, now).await
}

/// What is noted of an address.
pub async fn find(work: &mut UnitOfWork, canonical: &str) -> Result<Option<Bounce>, DatabaseError> {
    store::bounce(work.connection()?, &digest_of(canonical)).await
}

/// Deletes at most `limit` notes that are old; says how many.
pub async fn expire(work: &mut UnitOfWork, limit: i64) -> Result<u64, DatabaseError> {
    let before = clock::before(work.now(), KEPT);
    store::expire_bounces(work.connection()?, before, limit).await
}
