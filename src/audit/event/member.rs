//! Owns what is recorded of members of organizations.

use serde_json::json;

use super::entry::{Entry, Event};
use crate::base::id::{OrganizationId, UserId};

/// Who belongs to an organization changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberEvent {
    /// A person was asked to join.
    Invited {
        organization: OrganizationId,
        user: UserId,
        role: String,
    },
    /// A person joined.
    Added {
        organization: OrganizationId,
        user: UserId,
        role: String,
    },
    /// A member has another role.
    RoleChanged {
        organization: OrganizationId,
        user: UserId,
        role: String,
    },
    /// Whether they make workspaces without managing all of them.
    WorkspaceCreationChanged {
        organization: OrganizationId,
        user: UserId,
        allowed: bool,
    },
    /// A member left or was removed.
    Removed {
        organization: OrganizationId,
        user: UserId,
    },
}

impl Event for MemberEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::Invited {
                organization,
                user,
                role,
            } => Entry::new(
                "MEMBER_INVITED",
                json!({ "org_id": organization, "org_role": role }),
            )
            .user(user),
            Self::Added {
                organization,
                user,
                role,
            } => Entry::new(
                "MEMBER_ADDED",
                json!({ "org_id": organization, "org_role": role }),
            )
            .user(user),
            Self::RoleChanged {
                organization,
                user,
                role,
            } => Entry::new(
                "MEMBER_ROLE_CHANGED",
                json!({ "org_id": organization, "org_role": role }),
            )
            .user(user),
            Self::WorkspaceCreationChanged {
                organization,
                user,
                allowed,
            } => Entry::new(
                "MEMBER_WORKSPACE_CREATION_CHANGED",
                json!({ "org_id": organization, "can_create_workspaces": allowed }),
            )
            .user(user),
            Self::Removed { organization, user } => {
                Entry::new("MEMBER_REMOVED", json!({ "org_id": organization })).user(user)
            }
        }
    }
}
