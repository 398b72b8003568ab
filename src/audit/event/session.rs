//! Owns what is recorded of sessions of browsers.

use serde_json::json;

use super::entry::{Entry, Event};
use crate::base::id::{ClientId, SessionId, UserId};

/// A session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionEvent {
    /// A person ended their session.
    Logout {
        user: UserId,
        session: SessionId,
        client: Option<ClientId>,
    },
    /// All sessions of a person were ended.
    AllEnded { user: UserId, reason: &'static str },
}

impl Event for SessionEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::Logout {
                user,
                session,
                client,
            } => Entry::new("LOGOUT", json!({}))
                .user(user)
                .session(session)
                .client(client.as_ref()),
            Self::AllEnded { user, reason } => {
                Entry::new("SESSIONS_ENDED", json!({ "reason": reason })).user(user)
            }
        }
    }
}
