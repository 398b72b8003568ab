//! Owns what is known of the moment a request arrives: the browser's session, and the consent that its person gave
//! this client before, in the place that is asked for. One statement for a first-party client, two for others.

use super::consent::Consent;
use super::request::AuthorizationRequest;
use super::store;
use crate::base::handle::Handle;
use crate::base::id::UserId;
use crate::db::{DatabaseError, UnitOfWork};
use crate::session::{self, Lifetimes, LiveSession};
use crate::user::{UserStatus, service as users};

/// Reads the session of a browser, if it has a live one.
pub async fn session(
    work: &mut UnitOfWork,
    handle: Option<&Handle>,
    lifetimes: Lifetimes,
) -> Result<Option<LiveSession>, DatabaseError> {
    match handle {
        Some(handle) => session::find_live(work, handle, lifetimes).await,
        None => Ok(None),
    }
}

/// Reads what the session's person confirmed for a request's client, organization and resource. A first-party client's
/// consent is not asked for.
pub async fn consented(
    work: &mut UnitOfWork,
    session: &LiveSession,
    request: &AuthorizationRequest,
) -> Result<Consent, DatabaseError> {
    store::consented(
        work,
        (&session.session.user_id, &request.target.client_id),
        request.organization.as_deref(),
        request.resource.as_deref(),
    )
    .await
}

/// Whether the person whom a request names can sign in here at all: known, not deleted, not shut out.
pub async fn may_sign_in(work: &mut UnitOfWork, person: &UserId) -> Result<bool, DatabaseError> {
    let user = users::find(work, person).await?;
    Ok(user.is_some_and(|user| matches!(user.status, UserStatus::Active | UserStatus::Waitlist)))
}
