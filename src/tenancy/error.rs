//! Owns what every act in an organization may be refused for, whatever noun it is about. Each noun has an error of its own
//! beside it, which holds this one.

use super::authority::Forbidden;
use super::member::MemberRole;
use super::module::ModuleId;
use super::quota::Quota;
use crate::base::id::{OrganizationId, UserId};
use crate::db::DatabaseError;

/// Why nothing was done in an organization.
#[derive(Debug, thiserror::Error)]
pub enum TenancyError {
    /// The actor's role does not allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The role may do more with a module than the actor's own, so that they cannot give it.
    #[error(
        "role: {role} may do more with {} than your own role, and nobody gives what they lack; an owner gives it, or \
         makes the entry of {role} for it as low as yours, or yours as high", of_modules(.module)
    )]
    BeyondModules {
        /// The role.
        role: MemberRole,
        /// The module.
        module: ModuleId,
    },
    /// A personal space belongs to one person, and has no tier of its own.
    #[error("{0} is a personal space: nobody else joins it, nobody leaves it, and its tier is its person's")]
    PersonalSpace(OrganizationId),
    /// Members change nothing in a suspended organization.
    #[error("{0} is suspended")]
    Suspended(OrganizationId),
    /// No such organization, or none that whoever asks belongs to.
    #[error("there is no organization {0}")]
    Unknown(OrganizationId),
    /// No such person.
    #[error("there is no user {0}")]
    UnknownUser(UserId),
    /// There is as much of it as may be.
    #[error("quota: at most {most} {} ({})", .quota.what(), .quota.key())]
    QuotaReached {
        /// Of what.
        quota: Quota,
        /// The most.
        most: u32,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// How a module is named to people.
fn of_modules(module: &ModuleId) -> String {
    match module.as_str() {
        ModuleId::EVERY => "modules without an entry (*)".to_owned(),
        named => format!("the module {named}"),
    }
}
