//! Owns what can go wrong when memberships are made, changed and ended.

use crate::base::id::{OrganizationId, UserId};
use crate::db::DatabaseError;
use crate::tenancy::authority::Forbidden;
use crate::tenancy::error::TenancyError;

/// Why a membership was not made, changed or ended.
#[derive(Debug, thiserror::Error)]
pub enum MemberError {
    /// What every act in an organization may be refused for.
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
    /// Already a member, or invited.
    #[error("{user} is a member of {organization} already, or invited")]
    AlreadyMember {
        /// The organization.
        organization: OrganizationId,
        /// The person.
        user: UserId,
    },
    /// Not a member and not invited.
    #[error("{user} is no member of {organization}")]
    NotMember {
        /// The organization.
        organization: OrganizationId,
        /// The person.
        user: UserId,
    },
    /// An organization always has an owner who joined.
    #[error("{user} is the last owner of {organization}: make somebody else an owner first")]
    LastOwner {
        /// The organization.
        organization: OrganizationId,
        /// The person.
        user: UserId,
    },
    /// Whoever asked left, or may no longer give the role.
    #[error("the invitation no longer stands: whoever sent it may not give this role any more")]
    InviterGone,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<Forbidden> for MemberError {
    fn from(refused: Forbidden) -> Self {
        Self::Tenancy(refused.into())
    }
}
