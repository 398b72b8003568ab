//! Owns how an account comes to be: the person, their personal space and whatever else they have from the start, in one
//! transaction. It does not know how the person will prove who they are: the caller stores the proof in the same
//! transaction.

use crate::audit::{self, UserEvent};
use crate::base::id::{OrganizationId, UserId};
use crate::config::{SignUpPolicy, SignUpSettings};
use crate::db::{DatabaseError, UnitOfWork};
use crate::tenancy::{OrganizationError, organization};
use crate::user::{self, NewUser, UserError, UserStatus};

/// Who asked for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeBy {
    /// The person, on a page of ours.
    Person,
    /// The person, with an invitation that they accept in the same transaction: that makes them active.
    Invited,
    /// An operator or an import, who say what standing it has.
    Operator,
}

/// An account that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// The person.
    pub user_id: UserId,
    /// Whether it may be used.
    pub status: UserStatus,
    /// Their personal space.
    pub personal_space: OrganizationId,
    /// An organization of their own beside it, if configuration says so.
    pub organization: Option<OrganizationId>,
}

/// Why no account was made.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// Nobody signs up by themselves.
    #[error("sign-up is closed: an account needs an invitation")]
    Closed,
    /// The person.
    #[error(transparent)]
    User(#[from] UserError),
    /// What they have from the start.
    #[error(transparent)]
    Organization(#[from] OrganizationError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Makes an account with everything that it has from the start.
pub async fn create_user(
    work: &mut UnitOfWork,
    new: &NewUser,
    made_by: MadeBy,
    settings: &SignUpSettings,
) -> Result<NewAccount, SignUpError> {
    let new = NewUser {
        status: standing(new.status, made_by, settings.policy)?,
        ..new.clone()
    };
    let user_id = user::service::create(work, &new).await?;
    let event = match made_by {
        MadeBy::Person | MadeBy::Invited => {
            work.origin().signs_in(user_id.clone());
            UserEvent::Registered {
                user: user_id.clone(),
            }
        }
        MadeBy::Operator => UserEvent::Created {
            user: user_id.clone(),
        },
    };
    audit::record(work, event).await?;
    let made = organization::make_for_new_user(work, &user_id, &new.email, settings).await?;
    Ok(NewAccount {
        user_id,
        status: new.status,
        personal_space: made.personal_space,
        organization: made.organization,
    })
}

/// Operators say what standing they want; for everybody else the policy does.
fn standing(wanted: UserStatus, made_by: MadeBy, policy: SignUpPolicy) -> Result<UserStatus, SignUpError> {
    match (made_by, policy) {
        (MadeBy::Operator, _) => Ok(wanted),
        (MadeBy::Person | MadeBy::Invited, SignUpPolicy::Open) => Ok(UserStatus::Active),
        // Under `domain` the organization of their address makes them active, in the same transaction.
        (MadeBy::Person | MadeBy::Invited, SignUpPolicy::Waitlist | SignUpPolicy::Domain)
        | (MadeBy::Invited, SignUpPolicy::Closed) => Ok(UserStatus::Waitlist),
        (MadeBy::Person, SignUpPolicy::Closed) => Err(SignUpError::Closed),
    }
}
