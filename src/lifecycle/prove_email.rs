//! Owns what follows when a person has proven their address of mail: it is noted, if it is still theirs, and they join
//! the organization that has proven to own its domain. Before the proof, an address opens nothing.

use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::tenancy::{MemberRole, TenancyError, domain};
use crate::user::{self, EmailAddress, UserError};

/// Why a proof was not noted.
#[derive(Debug, thiserror::Error)]
pub enum ProveEmailError {
    /// The person, or the address is not theirs.
    #[error(transparent)]
    User(#[from] UserError),
    /// The organization that owns the domain.
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Notes the proof of an address; says which organization the person joined by it, and as what. That membership makes
/// active who waited.
pub async fn prove_email(
    work: &mut UnitOfWork,
    user: &UserId,
    email: &EmailAddress,
) -> Result<Option<(OrganizationId, MemberRole)>, ProveEmailError> {
    let owner = domain::lock_owner(work, email.canonical()).await?;
    note_proof(work, user, email, owner).await
}

/// The same for a caller that asked [`domain::lock_owner`] before it locked the person.
pub async fn note_proof(
    work: &mut UnitOfWork,
    user: &UserId,
    email: &EmailAddress,
    owner: Option<OrganizationId>,
) -> Result<Option<(OrganizationId, MemberRole)>, ProveEmailError> {
    let email = email.canonical();
    user::service::verify_email(work, user, email).await?;
    let Some(organization) = owner else {
        return Ok(None);
    };
    let joined = domain::auto_join(work, &organization, user, email).await?;
    Ok(joined.map(|role| (organization, role)))
}
