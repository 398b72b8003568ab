//! Owns how an account comes to be: the person, their personal space and their ownership of it, in one transaction.
//! It does not know how the person will prove who they are: the caller stores the proof in the same transaction.

use crate::audit::{self, Event};
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, Work};
use crate::tenancy::{TenancyError, provisioning};
use crate::user::{self, NewUser, UserError};

/// Who asked for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeBy {
    /// The person, on a page of ours.
    Person,
    /// An operator or an import.
    Operator,
}

/// An account that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// The person.
    pub user_id: UserId,
    /// Their personal space.
    pub personal_space: OrganizationId,
}

/// Why no account was made.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// The person.
    #[error(transparent)]
    User(#[from] UserError),
    /// Their personal space.
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Makes an account with its personal space.
pub async fn create_user(work: &mut Work, new: &NewUser, made_by: MadeBy) -> Result<NewAccount, SignUpError> {
    let user_id = user::service::create(work, new).await?;
    let event = match made_by {
        MadeBy::Person => Event::Registered {
            user: user_id.clone(),
        },
        MadeBy::Operator => Event::UserCreated {
            user: user_id.clone(),
        },
    };
    audit::record(work, event).await?;
    let personal_space = provisioning::personal_space(work, &user_id, &new.email).await?;
    Ok(NewAccount {
        user_id,
        personal_space,
    })
}
