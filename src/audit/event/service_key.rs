//! Owns what is recorded of keys of services.

use serde_json::json;

use super::entry::{Entry, Event};
use crate::base::id::ServiceKeyId;

/// A service's key changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceKeyEvent {
    /// A service got its first key.
    Created { key: ServiceKeyId, name: String },
    /// A service got another key; the older one ends.
    Rotated { key: ServiceKeyId, name: String },
    /// Every key of a service ended.
    Revoked { name: String },
}

impl Event for ServiceKeyEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::Created { key, name } => Entry::new(
                "SERVICE_KEY_CREATED",
                json!({ "service_key_id": key, "name": name }),
            ),
            Self::Rotated { key, name } => Entry::new(
                "SERVICE_KEY_ROTATED",
                json!({ "service_key_id": key, "name": name }),
            ),
            Self::Revoked { name } => Entry::new("SERVICE_KEY_REVOKED", json!({ "name": name })),
        }
    }
}
