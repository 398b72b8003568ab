//! Owns how an account is put to rest, until it is activated again.

use super::suspend_user::shut_out;
use crate::base::id::UserId;
use crate::db::UnitOfWork;
use crate::user::{StatusChange, UserError};

/// Puts an account to rest, and ends whatever it had open.
pub async fn deactivate(work: &mut UnitOfWork, user: &UserId) -> Result<(), UserError> {
    shut_out(work, user, StatusChange::Deactivate).await
}
