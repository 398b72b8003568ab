//! Owns what a new password does: it is stored, and everything that the old one opened ends with the commit. It does
//! not know who was allowed to ask for it.

use crate::audit::{self, UserEvent};
use crate::authentication::password::PasswordHash;
use crate::authentication::{self, verification};
use crate::base::id::UserId;
use crate::db::UnitOfWork;
use crate::lifecycle::unlock_user;
use crate::session::{self, EndReason};
use crate::user::{self, UserError};

/// Stores a first password: there is nothing yet that it could end.
pub async fn set_first(work: &mut UnitOfWork, user: &UserId, hash: &PasswordHash) -> Result<(), UserError> {
    Ok(authentication::store_hash(work, user, hash).await?)
}

/// Replaces a password and ends every session, grant and proof of a mailbox made until now, and a lock with them.
pub async fn replace(work: &mut UnitOfWork, user: &UserId, hash: &PasswordHash) -> Result<(), UserError> {
    // The hash first: its row makes a login with the old password either wait and fail, or be seen below.
    authentication::store_hash(work, user, hash).await?;
    unlock_user::unlock(work, user).await?;
    // A link that somebody else may have asked for leads nowhere any more.
    verification::end_all_of(work, user).await?;
    session::end_all_of_user(work, user, EndReason::PasswordChanged).await?;
    user::service::revoke_before(work, user, "password_changed").await?;
    Ok(audit::record(work, UserEvent::PasswordChanged { user: user.clone() }).await?)
}
