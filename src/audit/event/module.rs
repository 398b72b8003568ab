//! Owns what is recorded of modules of organizations.

use serde_json::json;

use super::entry::{Entry, Event};
use crate::base::id::OrganizationId;

/// What a role may do in a module changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModuleEvent {
    /// No access: the role has what its kind has without an entry.
    PermissionChanged {
        organization: OrganizationId,
        role: String,
        module: String,
        access: Option<&'static str>,
    },
}

impl Event for ModuleEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::PermissionChanged {
                organization,
                role,
                module,
                access,
            } => Entry::new(
                "MODULE_PERMISSION_CHANGED",
                json!({ "org_id": organization, "org_role": role, "module": module, "access": access }),
            ),
        }
    }
}
