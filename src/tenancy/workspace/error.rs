//! Owns what can go wrong with workspaces.

use super::types::WorkspaceRole;
use crate::base::display;
use crate::base::id::{OrganizationId, UserId, WorkspaceId};
use crate::db::DatabaseError;
use crate::tenancy::authority::Forbidden;
use crate::tenancy::error::TenancyError;
use crate::tenancy::slug::Slug;

/// Why a workspace, or a place in one, was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// The organization.
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
    /// The name is what people see.
    #[error("name: 1 to {} characters, {}", display::LONGEST, display::RULE)]
    Name,
    /// Another workspace of the organization has this slug.
    #[error("slug: {0} is taken in this organization")]
    SlugTaken(Slug),
    /// No free slug was found; trying again draws other ones.
    #[error("slug: no free one was found, try again or choose one")]
    NoFreeSlug,
    /// No such workspace, or none that the asker may know of.
    #[error("there is no workspace {0}")]
    Unknown(WorkspaceId),
    /// Nobody works in an archived one.
    #[error("{0} is archived")]
    Archived(WorkspaceId),
    /// A personal space always has its workspace.
    #[error("{0} is a personal workspace: it goes with its person only")]
    Personal(WorkspaceId),
    /// Only who has joined the organization can be in its workspaces.
    #[error("{user} has not joined {organization}")]
    NotJoined {
        /// The organization.
        organization: OrganizationId,
        /// The person.
        user: UserId,
    },
    /// In it already.
    #[error("{user} is in {workspace} already")]
    AlreadyMember {
        /// The workspace.
        workspace: WorkspaceId,
        /// The person.
        user: UserId,
    },
    /// Not in it.
    #[error("{user} is not in {workspace}")]
    NotMember {
        /// The workspace.
        workspace: WorkspaceId,
        /// The person.
        user: UserId,
    },
    /// A workspace keeps an owner.
    #[error("{user} is the last owner of {workspace}: make somebody else an owner first")]
    LastOwner {
        /// The workspace.
        workspace: WorkspaceId,
        /// The person.
        user: UserId,
    },
    /// Owners and managers of the workspace, and owners and admins of the organization, manage it.
    #[error("a workspace is managed by its owners and managers, and by the organization's owners and admins")]
    NotManager,
    /// Nobody gives, changes or takes away a role above their own.
    #[error("role: nobody gives, changes or takes away a role above their own ({})", .0.name())]
    AboveOwn(WorkspaceRole),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<Forbidden> for WorkspaceError {
    fn from(refused: Forbidden) -> Self {
        Self::Tenancy(refused.into())
    }
}

impl From<sqlx::Error> for WorkspaceError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}
