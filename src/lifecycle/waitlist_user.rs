//! Owns how somebody is put on the waiting list, where they see their account page only.

use super::suspend_user::shut_out;
use crate::base::id::UserId;
use crate::db::UnitOfWork;
use crate::user::{StatusChange, UserError};

/// Puts a person on the waiting list, and ends whatever they had open.
pub async fn wait(work: &mut UnitOfWork, user: &UserId) -> Result<(), UserError> {
    shut_out(work, user, StatusChange::Wait).await
}
