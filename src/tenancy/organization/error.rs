//! Owns what can go wrong when organizations are made, changed and ended.

use super::values::SettingsError;
use crate::base::display;
use crate::base::id::OrganizationId;
use crate::db::DatabaseError;
use crate::tenancy::authority::Forbidden;
use crate::tenancy::error::TenancyError;
use crate::tenancy::slug::{Slug, SlugError};

/// Why an organization was not made, changed or ended.
#[derive(Debug, thiserror::Error)]
pub enum OrganizationError {
    /// What every act in an organization may be refused for.
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
    /// The grammar of slugs.
    #[error(transparent)]
    Slug(#[from] SlugError),
    /// The grammar of flags and looks.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The name is what people see.
    #[error("name: 1 to {} characters, {}", display::LONGEST, display::RULE)]
    Name,
    /// A personal space is made with its person, never by itself.
    #[error("type: a personal space is made with its person; choose another type")]
    Personal,
    /// A personal space goes with its person only.
    #[error("{0} is a personal space: it goes with its person only")]
    PersonalUndeletable(OrganizationId),
    /// There is one global organization at most.
    #[error("another organization is the global one")]
    AnotherIsGlobal,
    /// Another organization has, or had, this slug.
    #[error("slug: {0} is taken")]
    SlugTaken(Slug),
    /// No free slug was found; trying again draws other ones.
    #[error("slug: no free one was found, try again or choose one")]
    NoFreeSlug,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<Forbidden> for OrganizationError {
    fn from(refused: Forbidden) -> Self {
        Self::Tenancy(refused.into())
    }
}
