//! Owns how a person is signed out everywhere from outside: every session ends, and applications that want to know are told.
//! It does not know who was allowed to ask for it.

use crate::audit::{self, SessionEvent};
use crate::base::id::UserId;
use crate::db::UnitOfWork;
use crate::session::{self, EndReason};
use crate::user::{self, UserError};

/// Ends every session; says how many. Grants that outlive a session by `offline_access` go on.
pub async fn end_sessions(work: &mut UnitOfWork, user: &UserId) -> Result<usize, UserError> {
    let ended = session::end_all_of_user(work, user, EndReason::Revoked).await?;
    if ended > 0 {
        let event = SessionEvent::AllEnded {
            user: user.clone(),
            reason: EndReason::Revoked.name(),
        };
        audit::record(work, event).await?;
    }
    Ok(ended)
}

/// Ends every session and every grant made until now.
pub async fn end_everything(work: &mut UnitOfWork, user: &UserId) -> Result<(), UserError> {
    session::end_all_of_user(work, user, EndReason::Revoked).await?;
    user::service::revoke_before(work, user, "operator").await
}
