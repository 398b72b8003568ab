//! Owns what can go wrong when organizations and memberships are administered.

use super::member::RoleError;
use super::slug::{Slug, SlugError};
use crate::base::id::{OrganizationId, UserId};
use crate::db::DatabaseError;

/// Why an organization or a membership was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum TenancyError {
    /// The grammar of slugs.
    #[error(transparent)]
    Slug(#[from] SlugError),
    /// The grammar of roles.
    #[error(transparent)]
    Role(#[from] RoleError),
    /// The name is what people see.
    #[error("name: 1 to 100 characters, no control characters")]
    Name,
    /// A personal space is made with its person, never by itself.
    #[error("type: a personal space is made with its person; choose another type")]
    Personal,
    /// A personal space belongs to one person, and has no tier of its own.
    #[error("{0} is a personal space: nobody else joins it, and its tier is its person's")]
    PersonalSpace(OrganizationId),
    /// Another organization has, or had, this slug.
    #[error("slug: {0} is taken")]
    SlugTaken(Slug),
    /// No free slug was found; trying again draws other ones.
    #[error("slug: no free one was found, try again or choose one")]
    NoFreeSlug,
    /// No such organization.
    #[error("there is no organization {0}")]
    Unknown(OrganizationId),
    /// No such person.
    #[error("there is no user {0}")]
    UnknownUser(UserId),
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
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<sqlx::Error> for TenancyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}
