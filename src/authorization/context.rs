//! Owns what the database knows of the moment a request arrives: the browser's session and the consent that its
//! person gave this client before. One statement.

use super::store;
use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::{ClientId, OrganizationId, SessionId, UserId};
use crate::claims::assemble::Assurance;
use crate::db::{DatabaseError, Work};
use crate::protocol::scope::Scope;

/// A session that lives now, as an authorization request sees it.
#[derive(Debug, Clone)]
pub struct LiveSession {
    /// The session.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// What to call them on a page.
    pub user_name: String,
    /// How and when they proved who they are.
    pub assurance: Assurance,
    /// The organization they work in.
    pub active_organization_id: Option<OrganizationId>,
    /// Whether their status lets them use clients; on the waiting list it does not.
    pub may_use_clients: bool,
    /// When the session was last seen, to slide its idle time now and then.
    pub last_activity_at: Timestamp,
}

/// Session and consent.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The browser's live session.
    pub session: Option<LiveSession>,
    /// What its person confirmed for this client.
    pub consented: Option<Scope>,
}

/// Reads the context of a request.
pub async fn read(work: &mut Work, session: Option<&Digest>, client_id: &ClientId) -> Result<Context, DatabaseError> {
    match session {
        Some(digest) => store::context(work, digest, client_id).await,
        None => Ok(Context::default()),
    }
}
