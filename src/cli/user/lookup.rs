//! Owns how operators name a person.

use anyhow::{Context as _, Result};

use crate::base::id::UserId;
use crate::db::Work;
use crate::user::{Identifier, User, service};

/// The person of an id, an address of mail or a user name.
pub(in crate::cli) async fn user(work: &mut Work, reference: &str) -> Result<User> {
    let unknown = || format!("there is no user {reference:?}; `signet user list` shows every account");
    // PostgreSQL holds no NUL in a text.
    if reference.contains('\0') {
        anyhow::bail!(unknown());
    }
    if let Some(user) = service::find(work, &UserId::from_text(reference)).await? {
        return Ok(user);
    }
    let identifier = Identifier::parse(reference).with_context(unknown)?;
    service::find_by_identifier(work, &identifier)
        .await?
        .with_context(unknown)
}
