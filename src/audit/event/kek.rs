//! Owns what is recorded of key-encryption keys; `auth.keks` keeps every one that there was.

use serde_json::json;

use super::entry::{Entry, Event};

/// A key-encryption key changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KekEvent {
    /// It is known from now on.
    Added { kek: String, fingerprint: String },
    /// It seals, in the place of another one.
    Activated { kek: String, replaces: Option<String> },
    /// It seals this many rows that others sealed.
    Resealed { kek: String, rows: u64 },
    /// It seals nothing any more.
    Removed { kek: String },
}

impl Event for KekEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::Added { kek, fingerprint } => {
                Entry::new("KEK_ADDED", json!({ "kek": kek, "fingerprint": fingerprint }))
            }
            Self::Activated { kek, replaces } => {
                Entry::new("KEK_ACTIVATED", json!({ "kek": kek, "replaces": replaces }))
            }
            Self::Resealed { kek, rows } => Entry::new("KEK_RESEALED", json!({ "kek": kek, "rows": rows })),
            Self::Removed { kek } => Entry::new("KEK_REMOVED", json!({ "kek": kek })),
        }
    }
}
