//! Owns what a membership is: a role, and whether the person joined. Only a joined one gives a claim.

use super::role::MemberRole;
use crate::base::clock::Timestamp;
use crate::base::id::{OrganizationId, UserId};

/// How a membership begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joining {
    /// The person is a member at once.
    Now,
    /// The person is asked; until they join they have no claim.
    Invited,
}

/// Whether a member makes workspaces who does not manage all of them. Owners and admins do anyway.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WorkspaceCreation {
    /// They do not.
    #[default]
    Refused,
    /// They make workspaces of their own.
    Allowed,
}

impl WorkspaceCreation {
    /// What a flag means.
    #[must_use]
    pub const fn of(flag: bool) -> Self {
        if flag { Self::Allowed } else { Self::Refused }
    }

    /// The flag that is stored and shown.
    #[must_use]
    pub const fn flag(self) -> bool {
        matches!(self, Self::Allowed)
    }
}

/// What a person becomes who is asked, or joins by their address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinsAs {
    /// The role.
    pub role: MemberRole,
    /// Whether they make workspaces.
    pub workspace_creation: WorkspaceCreation,
}

impl From<MemberRole> for JoinsAs {
    fn from(role: MemberRole) -> Self {
        Self {
            role,
            workspace_creation: WorkspaceCreation::Refused,
        }
    }
}

/// A membership.
#[derive(Debug, Clone)]
pub struct Member {
    /// The organization.
    pub organization_id: OrganizationId,
    /// The person.
    pub user_id: UserId,
    /// The role.
    pub role: MemberRole,
    /// Whether they make workspaces without managing all of them.
    pub workspace_creation: WorkspaceCreation,
    /// When the person was asked.
    pub invited_at: Option<Timestamp>,
    /// When the person joined; none while they are only invited.
    pub joined_at: Option<Timestamp>,
    /// The member who asked them; none: an operator or a service, or nobody had to.
    pub invited_by: Option<UserId>,
}

/// One of the organizations that a person belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Belonging {
    /// The organization.
    pub organization_id: OrganizationId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// The person's role.
    pub role: MemberRole,
    /// When they joined; an invitation to be answered if they did not.
    pub joined_at: Option<Timestamp>,
}
