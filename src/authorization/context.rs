//! Owns what is known of the moment a request arrives: the browser's session, and the consent that its person gave
//! this client before. One statement for a first-party client, two for others.

use super::store;
use crate::base::handle::Handle;
use crate::client::Client;
use crate::db::{DatabaseError, Work};
use crate::protocol::scope::Scope;
use crate::session::{self, Lifetimes, LiveSession};

/// Session and consent.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The browser's live session.
    pub session: Option<LiveSession>,
    /// What its person confirmed for this client.
    pub consented: Option<Scope>,
}

/// Reads the session of a browser, if it has a live one.
pub async fn session(
    work: &mut Work,
    handle: Option<&Handle>,
    lifetimes: Lifetimes,
) -> Result<Option<LiveSession>, DatabaseError> {
    match handle {
        Some(handle) => session::find_live(work, handle, lifetimes).await,
        None => Ok(None),
    }
}

/// Reads what the session's person confirmed for a client. A first-party client's consent is not asked for.
pub async fn consented(
    work: &mut Work,
    session: &LiveSession,
    client: &Client,
) -> Result<Option<Scope>, DatabaseError> {
    store::consented(work, &session.session.user_id, &client.client_id).await
}
