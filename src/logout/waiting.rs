//! Owns logout requests that wait for their person: stored by digest, bound to one browser. Nothing finishes one but
//! time: it says what was asked, and what is done is decided from the session that is live then.

use std::time::Duration;

use super::request::LogoutRequest;
use super::store;
use crate::base::digest::Digest;
use crate::base::handle::{Handle, Kind};
use crate::db::{DatabaseError, UnitOfWork};

/// Stores a request. The GET that follows binds it to its browser, since a cross-site POST carries no cookie.
pub async fn store(
    work: &mut UnitOfWork,
    request: &LogoutRequest,
    lifetime: Duration,
) -> Result<Handle, DatabaseError> {
    let handle = Handle::new(Kind::LogoutRequest, work.entropy());
    let digest = handle.digest(work.epoch());
    store::insert(work, &digest, request, lifetime).await?;
    Ok(handle)
}

/// Finds a request in its browser; binds it if no browser is bound yet. `None` if unknown, expired or another
/// browser's.
pub async fn find(
    work: &mut UnitOfWork,
    handle: &Handle,
    browser: &Digest,
) -> Result<Option<LogoutRequest>, DatabaseError> {
    let digest = handle.digest(work.epoch());
    store::find(work, &digest, browser).await
}

/// Deletes at most `limit` requests whose time is over; says how many.
pub async fn expire(work: &mut UnitOfWork, limit: i64) -> Result<u64, DatabaseError> {
    store::expire(work, limit).await
}
