//! Owns what ends a lock before its time: everything that was counted against an account is forgotten. It does not know
//! who was allowed to ask for it.

use crate::audit::{self, LoginEvent};
use crate::authentication::throttle;
use crate::base::id::UserId;
use crate::db::{DatabaseError, UnitOfWork};

/// Forgets every counted attempt; says whether there was one.
pub async fn unlock(work: &mut UnitOfWork, user: &UserId) -> Result<bool, DatabaseError> {
    let counted = throttle::clear(work, user).await?;
    if counted {
        audit::record(work, LoginEvent::AccountUnlocked { user: user.clone() }).await?;
    }
    Ok(counted)
}
