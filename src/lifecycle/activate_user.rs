//! Owns how an operator lets somebody in who was invited, who waits or who was put to rest. Nothing from before lives again.

use crate::base::id::UserId;
use crate::db::UnitOfWork;
use crate::user::{self, StatusChange, UserError};

/// Makes an account active. Who is banned must be unbanned, which is another decision.
pub async fn activate(work: &mut UnitOfWork, user: &UserId) -> Result<(), UserError> {
    user::service::change_status(work, user, StatusChange::Activate).await?;
    Ok(())
}
