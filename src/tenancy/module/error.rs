//! Owns what can go wrong when rights to modules are administered.

use super::access::ModuleId;
use crate::base::id::OrganizationId;
use crate::db::DatabaseError;
use crate::tenancy::error::TenancyError;
use crate::tenancy::member::{MemberRole, RoleError};

/// Why a right was not set or taken away.
#[derive(Debug, thiserror::Error)]
pub enum ModuleError {
    /// The organization.
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
    /// The grammar of ids.
    #[error("module: 1 to 64 of a-z 0-9 . _ - beginning with a letter or digit")]
    Id,
    /// The grammar of roles.
    #[error(transparent)]
    Role(#[from] RoleError),
    /// The type of the organization does not have the module, so that no entry opens it.
    #[error("module: {organization} does not have {module}; its type's list (modules.allowlist) says so")]
    NotInType {
        /// The organization.
        organization: OrganizationId,
        /// The module.
        module: ModuleId,
    },
    /// A role has so many entries that they would not fit into a token.
    #[error("{role} has too many entries in {organization}: at most {most}")]
    TooMany {
        /// The organization.
        organization: OrganizationId,
        /// The role.
        role: MemberRole,
        /// The most.
        most: i64,
    },
    /// It would give a role more of the module than whoever asks has.
    #[error("module: this opens {0} to a role further than to your own; nobody gives what they lack")]
    BeyondOwn(ModuleId),
    /// The role has no entry for the module.
    #[error("{role} has no entry for {module} in {organization}")]
    NoEntry {
        /// The organization.
        organization: OrganizationId,
        /// The role.
        role: MemberRole,
        /// The module.
        module: ModuleId,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}
