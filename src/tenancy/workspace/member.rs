//! Owns what a place in a workspace is. Unlike an organization's, these roles are a closed list.

use crate::base::id::{UserId, WorkspaceId};

/// A role in one workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkspaceRole {
    /// Reads.
    Viewer,
    /// Writes.
    Contributor,
    /// Says who is in it.
    Manager,
    /// May do everything.
    Owner,
}

impl WorkspaceRole {
    /// Every role, lowest first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Contributor, Self::Manager, Self::Owner];

    /// The name that is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Contributor => "contributor",
            Self::Manager => "manager",
            Self::Owner => "owner",
        }
    }

    /// The role of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A place in a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceMember {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The person.
    pub user_id: UserId,
    /// What they may do.
    pub role: WorkspaceRole,
}
