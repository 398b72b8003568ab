//! Owns what is recorded of signing keys; the log of keys proves it.

use serde_json::json;

use super::entry::{Entry, Event};
use crate::base::id::KeyId;

/// A signing key changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyEvent {
    /// A rotation was asked for.
    RotationRequested { alg: &'static str },
    /// A key joined the set.
    Published { key: KeyId, alg: &'static str },
    /// A key signs, in the place of another one.
    Activated {
        key: KeyId,
        alg: &'static str,
        replaces: Option<KeyId>,
    },
    /// A key of another provider joined the set, to verify only.
    Imported { key: KeyId, alg: &'static str },
    /// A key left the set.
    Retired { key: KeyId, alg: &'static str },
    /// A key was ended before its time.
    Revoked { key: KeyId, alg: &'static str },
}

impl Event for KeyEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::RotationRequested { alg } => Entry::new("KEY_ROTATION_REQUESTED", json!({ "alg": alg })),
            Self::Published { key, alg } => Entry::new("KEY_PUBLISHED", json!({ "kid": key, "alg": alg })),
            Self::Activated { key, alg, replaces } => Entry::new(
                "KEY_ACTIVATED",
                json!({ "kid": key, "alg": alg, "replaces": replaces }),
            ),
            Self::Imported { key, alg } => Entry::new("KEY_IMPORTED", json!({ "kid": key, "alg": alg })),
            Self::Retired { key, alg } => Entry::new("KEY_RETIRED", json!({ "kid": key, "alg": alg })),
            Self::Revoked { key, alg } => Entry::new("KEY_REVOKED", json!({ "kid": key, "alg": alg })),
        }
    }
}
