//! Owns requests that wait for their person: stored by digest, bound to one browser, finished once.

use std::time::Duration;

use serde_json::Value;

use super::request::AuthorizationRequest;
use super::store;
use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::handle::{Handle, Kind};
use crate::base::id::{ClientId, UserId};
use crate::db::{DatabaseError, Work};

/// A waiting request, found again by its handle in the browser it is bound to.
#[derive(Debug, Clone)]
pub struct WaitingRequest {
    /// Its handle's digest.
    pub digest: Digest,
    /// The client.
    pub client_id: ClientId,
    /// The checked request.
    pub request: AuthorizationRequest,
    /// When it arrived.
    pub asked_at: Timestamp,
    /// Who confirmed in this flow.
    pub consented_by: Option<UserId>,
}

/// Stores a request. `browser` is the flow cookie's digest; none if the browser sent none yet (a cross-site POST).
pub async fn store(
    work: &mut Work,
    request: &AuthorizationRequest,
    browser: Option<&Digest>,
    lifetime: Duration,
) -> Result<Handle, DatabaseError> {
    let handle = Handle::new(Kind::AuthorizationRequest, work.entropy());
    let digest = handle.digest(work.epoch());
    let value = serde_json::to_value(request).unwrap_or(Value::Null);
    store::insert_request(
        work,
        &digest,
        browser,
        (&request.target.client_id, value),
        lifetime,
    )
    .await?;
    Ok(handle)
}

/// Finds a waiting request in its browser; binds it if no browser is bound yet. `None` if unknown, finished, expired
/// or another browser's: which of these makes no difference to the person.
pub async fn find(
    work: &mut Work,
    handle: &Handle,
    browser: &Digest,
) -> Result<Option<WaitingRequest>, DatabaseError> {
    let digest = handle.digest(work.epoch());
    store::find_request(work, &digest, browser).await
}

/// Finishes a request without a code: refused or cancelled. False if it was finished before.
pub async fn finish(work: &mut Work, digest: &Digest) -> Result<bool, DatabaseError> {
    store::finish_request(work, digest).await
}
