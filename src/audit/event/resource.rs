//! Owns what is recorded of registered resources.

use serde_json::json;

use super::entry::{Entry, Event};

/// A registered resource changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceEvent {
    /// It was registered, changed or deleted.
    Changed { resource: String },
}

impl Event for ResourceEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::Changed { resource } => Entry::new("RESOURCE_CHANGED", json!({ "resource": resource })),
        }
    }
}
