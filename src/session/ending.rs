//! Owns how sessions end. Ending is idempotent: whatever hangs on a session here is live only while the session is
//! (`auth.live_grants`). Applications that have a session of their own and want to know are told by the queue, which the
//! same transaction fills. Who ends one records the event, since they know what happened.

use super::{notice, store};
use crate::base::id::{SessionId, UserId};
use crate::db::{DatabaseError, UnitOfWork};

/// Why a session ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// Its person logged out.
    Logout,
    /// Somebody else logged in in the same browser.
    Replaced,
    /// Its person, or an operator, ended it from elsewhere.
    Revoked,
    /// The person's password changed.
    PasswordChanged,
    /// The account was banned, archived or deleted.
    AccountDisabled,
}

impl EndReason {
    /// The word in the row and in events.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Logout => "logout",
            Self::Replaced => "replaced",
            Self::Revoked => "revoked",
            Self::PasswordChanged => "password_changed",
            Self::AccountDisabled => "account_disabled",
        }
    }
}

/// Ends a session; says whether it was this call that did.
pub async fn end(
    work: &mut UnitOfWork,
    session: &SessionId,
    reason: EndReason,
) -> Result<bool, DatabaseError> {
    let now = work.now();
    if !store::end(work.connection()?, session, reason, now).await? {
        return Ok(false);
    }
    notice::tell(work, std::slice::from_ref(session)).await?;
    Ok(true)
}

/// Ends every session of a person; says how many.
pub async fn end_all_of_user(
    work: &mut UnitOfWork,
    user: &UserId,
    reason: EndReason,
) -> Result<usize, DatabaseError> {
    let now = work.now();
    let ended = store::end_all_of_user(work.connection()?, user, reason, now).await?;
    notice::tell(work, &ended).await?;
    Ok(ended.len())
}
