//! Owns how operators name a person.

use anyhow::{Context as _, Result};

use crate::db::UnitOfWork;
use crate::user::{User, service};

/// The person of an id, an address of mail or a user name.
pub(in crate::cli) async fn user(work: &mut UnitOfWork, reference: &str) -> Result<User> {
    service::find_by_reference(work, reference)
        .await?
        .with_context(|| format!("there is no user {reference:?}; `signet user list` shows every account"))
}
