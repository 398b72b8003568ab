//! Owns how an account is deleted. The row stays for the record and its id is never given again; the address of mail
//! and the user name are free at once, and whoever takes them inherits nothing. Sessions, grants and codes are dead
//! with the commit, since the views of liveness read the deletion. Nothing that was recorded stands in its way.

use crate::authentication;
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::hook;
use crate::session::{self, EndReason};
use crate::tenancy::{Authority, invitation, organization};
use crate::user::{self, UserError};

/// Why an account was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteUserError {
    /// The person.
    #[error(transparent)]
    User(#[from] UserError),
    /// Organizations would be left without an owner.
    #[error(
        "{user} is the last owner of {}: make somebody else an owner, or delete them, first",
        list(organizations)
    )]
    LastOwner {
        /// The person.
        user: UserId,
        /// The organizations.
        organizations: Vec<OrganizationId>,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

fn list(organizations: &[OrganizationId]) -> String {
    let ids: Vec<&str> = organizations.iter().map(OrganizationId::as_str).collect();
    ids.join(", ")
}

/// Deletes an account: memberships end, the personal space and its workspaces are archived.
pub async fn delete_user(work: &mut UnitOfWork, user: &UserId) -> Result<(), DeleteUserError> {
    // Organizations before people, as everywhere: whoever locks both does not meet somebody who has the other one.
    organization::lock_owned(work, user).await?;
    invitation::revoke_of(work, Authority::Unlimited, user, None).await?;
    user::service::delete(work, user).await?;
    let organizations = organization::owned_alone(work, user).await?;
    if !organizations.is_empty() {
        return Err(DeleteUserError::LastOwner {
            user: user.clone(),
            organizations,
        });
    }
    organization::leave_everything(work, user).await?;
    authentication::forget(work, user).await?;
    authentication::verification::end_all_of(work, user).await?;
    hook::service::forget(work, user).await?;
    session::end_all_of_user(work, user, EndReason::AccountDisabled).await?;
    Ok(())
}
