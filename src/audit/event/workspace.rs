//! Owns what is recorded of workspaces and who is in them.

use serde_json::json;

use super::entry::{Entry, Event};
use crate::base::id::{OrganizationId, UserId, WorkspaceId};

/// A workspace changed, or who is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkspaceEvent {
    /// It was made.
    Created {
        organization: OrganizationId,
        workspace: WorkspaceId,
    },
    /// It has another name or slug.
    Renamed {
        organization: OrganizationId,
        workspace: WorkspaceId,
    },
    /// It is put away: it stands in no token.
    Archived {
        organization: OrganizationId,
        workspace: WorkspaceId,
    },
    /// It is back.
    Unarchived {
        organization: OrganizationId,
        workspace: WorkspaceId,
    },
    /// A person belongs to it.
    MemberAdded {
        workspace: WorkspaceId,
        user: UserId,
        role: &'static str,
    },
    /// Somebody has another role in it.
    MemberRoleChanged {
        workspace: WorkspaceId,
        user: UserId,
        role: &'static str,
    },
    /// A person no longer belongs to it.
    MemberRemoved { workspace: WorkspaceId, user: UserId },
}

impl Event for WorkspaceEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::Created {
                organization,
                workspace,
            } => Entry::new(
                "WORKSPACE_CREATED",
                json!({ "org_id": organization, "workspace_id": workspace }),
            ),
            Self::Renamed {
                organization,
                workspace,
            } => Entry::new(
                "WORKSPACE_RENAMED",
                json!({ "org_id": organization, "workspace_id": workspace }),
            ),
            Self::Archived {
                organization,
                workspace,
            } => Entry::new(
                "WORKSPACE_ARCHIVED",
                json!({ "org_id": organization, "workspace_id": workspace }),
            ),
            Self::Unarchived {
                organization,
                workspace,
            } => Entry::new(
                "WORKSPACE_UNARCHIVED",
                json!({ "org_id": organization, "workspace_id": workspace }),
            ),
            Self::MemberAdded {
                workspace,
                user,
                role,
            } => Entry::new(
                "WORKSPACE_MEMBER_ADDED",
                json!({ "workspace_id": workspace, "workspace_role": role }),
            )
            .user(user),
            Self::MemberRoleChanged {
                workspace,
                user,
                role,
            } => Entry::new(
                "WORKSPACE_MEMBER_ROLE_CHANGED",
                json!({ "workspace_id": workspace, "workspace_role": role }),
            )
            .user(user),
            Self::MemberRemoved { workspace, user } => {
                Entry::new("WORKSPACE_MEMBER_REMOVED", json!({ "workspace_id": workspace })).user(user)
            }
        }
    }
}
