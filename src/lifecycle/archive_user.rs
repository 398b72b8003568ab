//! Owns how an account is kept for the record only: nobody signs in to it, and nothing leads back. Its address of mail stays taken, other than after a deletion.

use super::suspend_user::shut_out;
use crate::base::id::UserId;
use crate::db::UnitOfWork;
use crate::user::{StatusChange, UserError};

/// Archives an account, and ends whatever it had open.
pub async fn archive(work: &mut UnitOfWork, user: &UserId) -> Result<(), UserError> {
    shut_out(work, user, StatusChange::Archive).await
}
