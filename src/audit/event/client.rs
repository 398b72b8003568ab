//! Owns what is recorded of registered clients.

use serde_json::json;

use super::entry::{Entry, Event};
use crate::base::id::ClientId;

/// A registered client changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientEvent {
    /// It was registered.
    Created { client: ClientId },
    /// Its metadata changed.
    Updated { client: ClientId },
    /// It gets nothing any more.
    Disabled { client: ClientId },
    /// It is served again.
    Enabled { client: ClientId },
    /// It is gone, with everything that was granted to it.
    Deleted { client: ClientId },
    /// It got a new secret.
    SecretRotated { client: ClientId },
}

impl Event for ClientEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::Created { client } => Entry::new("CLIENT_CREATED", json!({})).client(client),
            Self::Updated { client } => Entry::new("CLIENT_UPDATED", json!({})).client(client),
            Self::Disabled { client } => Entry::new("CLIENT_DISABLED", json!({})).client(client),
            Self::Enabled { client } => Entry::new("CLIENT_ENABLED", json!({})).client(client),
            Self::Deleted { client } => Entry::new("CLIENT_DELETED", json!({})).client(client),
            Self::SecretRotated { client } => Entry::new("CLIENT_SECRET_ROTATED", json!({})).client(client),
        }
    }
}
