//! Owns how a person is shut out and let in again. Sessions, grants and codes are
//! dead at once because the views of liveness read the standing, and stay dead afterwards because of `revoked_before`.

use crate::base::id::UserId;
use crate::db::UnitOfWork;
use crate::session::{self, EndReason};
use crate::tenancy::{Authority, invitation};
use crate::user::{self, StatusChange, UserError};

/// Shuts a person out, at once and everywhere. Invitations of their address are taken back, if it is proven to be theirs.
pub async fn ban(work: &mut UnitOfWork, user: &UserId) -> Result<(), UserError> {
    invitation::revoke_of(work, Authority::Unlimited, user, None).await?;
    shut_out(work, user, StatusChange::Ban).await
}

/// Ends a ban. The person signs in anew: nothing from before lives again.
pub async fn reinstate(work: &mut UnitOfWork, user: &UserId) -> Result<(), UserError> {
    user::service::change_status(work, user, StatusChange::Unban).await?;
    Ok(())
}

/// Carries out an act that takes rights away.
pub(super) async fn shut_out(
    work: &mut UnitOfWork,
    user: &UserId,
    change: StatusChange,
) -> Result<(), UserError> {
    user::service::change_status(work, user, change).await?;
    // A session whose login was under way is younger than the cut-off; it must not live again after a reinstatement.
    session::end_all_of_user(work, user, EndReason::AccountDisabled).await?;
    Ok(())
}
