//! Owns what a workspace is, what one is made from, and what a place in one is. Unlike an organization's, the roles are a
//! closed list.

use super::error::WorkspaceError;
use crate::base::clock::Timestamp;
use crate::base::display;
use crate::base::id::{OrganizationId, UserId, WorkspaceId};
use crate::tenancy::slug::Slug;

/// What a workspace is to its organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkspaceKind {
    /// The first one of a shared organization.
    Default,
    /// The first one of a personal space.
    Personal,
    /// Every other.
    Project,
}

impl WorkspaceKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Default, Self::Personal, Self::Project];

    /// The name that is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Personal => "personal",
            Self::Project => "project",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A workspace of an organization that is not deleted.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// What people call it.
    pub name: String,
    /// Its short name, unique in its organization.
    pub slug: Slug,
    /// What it is to its organization.
    pub kind: WorkspaceKind,
    /// Who made it; of a personal one, whose it is.
    pub owner_user_id: Option<UserId>,
    /// Since when nobody works in it any more.
    pub archived_at: Option<Timestamp>,
    /// Why.
    pub archived_reason: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A workspace to be made. Made by [`NewWorkspace::new`] only.
#[derive(Debug, Clone)]
pub struct NewWorkspace {
    pub(super) name: String,
    pub(super) slug: Option<Slug>,
    pub(super) owner: Option<UserId>,
}

impl NewWorkspace {
    /// A workspace whose first owner is a joined member of the organization. Its slug is made from the name unless one
    /// is chosen.
    pub fn new(name: &str, slug: Option<Slug>, owner: Option<UserId>) -> Result<Self, WorkspaceError> {
        Ok(Self {
            name: checked_name(name)?,
            slug,
            owner,
        })
    }
}

/// A name as people see it.
pub(super) fn checked_name(name: &str) -> Result<String, WorkspaceError> {
    let name = name.trim();
    if !display::is_name(name) {
        return Err(WorkspaceError::Name);
    }
    Ok(name.to_owned())
}

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
