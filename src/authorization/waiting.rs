//! Owns requests that wait for their person: stored by digest, bound to one browser, finished once. What is over stays
//! for a while, for whoever comes back to it in the same browser.

use std::time::Duration;

use super::request::AuthorizationRequest;
use super::sent_response::{GIVEN_AGAIN, SentResponse};
use super::store;
use crate::base::clock::{self, Timestamp};
use crate::base::digest::Digest;
use crate::base::handle::{Handle, Kind};
use crate::base::id::{ClientId, UserId};
use crate::db::{DatabaseError, UnitOfWork};

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

/// A request of this browser.
#[derive(Debug)]
pub enum Found {
    /// Somebody has to answer it.
    Waiting(WaitingRequest),
    /// Nobody can any more.
    Over(RequestOver),
}

/// A request that waits no more.
#[derive(Debug)]
pub struct RequestOver {
    /// The client.
    pub client_id: ClientId,
    /// The checked request.
    pub request: AuthorizationRequest,
    /// When it arrived.
    pub asked_at: Timestamp,
    /// Why it does not wait.
    pub ending: Ending,
}

/// How a request came to its end.
#[derive(Debug)]
pub enum Ending {
    /// It was answered; with the answer, if that may be given again.
    Answered(Option<SentResponse>),
    /// Nobody answered it in time.
    TooLate,
}

/// What names a waiting request and keeps its answer: its digest and the flow cookie that it is bound to.
#[derive(Debug, Clone, Copy)]
pub struct Ticket<'a> {
    /// The request.
    pub digest: &'a Digest,
    /// The browser.
    pub browser: &'a Handle,
}

impl Ticket<'_> {
    /// The answer as it is stored with the request.
    pub(super) fn seal(self, answer: &SentResponse, work: &UnitOfWork) -> Vec<u8> {
        answer.seal(self.digest, self.browser, work.entropy())
    }
}

/// Stores a request. `browser` is the flow cookie's digest; none if the browser sent none yet (a cross-site POST).
pub async fn store(
    work: &mut UnitOfWork,
    request: &AuthorizationRequest,
    browser: Option<&Digest>,
    lifetime: Duration,
) -> Result<Handle, DatabaseError> {
    let handle = Handle::new(Kind::AuthorizationRequest, work.entropy());
    let digest = handle.digest(work.epoch());
    store::insert_request(work, &digest, browser, request, lifetime).await?;
    Ok(handle)
}

/// Finds a request in its browser; binds it if no browser is bound yet. `None` if unknown or another browser's: which
/// of these makes no difference to the person.
pub async fn find(
    work: &mut UnitOfWork,
    handle: &Handle,
    browser: &Handle,
) -> Result<Option<Found>, DatabaseError> {
    let digest = handle.digest(work.epoch());
    let ticket = Ticket {
        digest: &digest,
        browser,
    };
    let again_since = clock::before(work.now(), GIVEN_AGAIN);
    store::find_request(work, ticket, again_since).await
}

/// Finishes a request without a code: refused or cancelled. False if it was over before.
pub async fn finish(
    work: &mut UnitOfWork,
    ticket: Ticket<'_>,
    answer: &SentResponse,
) -> Result<bool, DatabaseError> {
    let sealed = ticket.seal(answer, work);
    store::finish_request(work, ticket.digest, &sealed).await
}
