//! Owns how operators name an organization.

use anyhow::{Context as _, Result};

use crate::base::id::{OrganizationId, UserId};
use crate::cli::user::user;
use crate::db::UnitOfWork;
use crate::tenancy::{self, Organization};

/// The organization of an id or a slug.
pub(in crate::cli) async fn organization(work: &mut UnitOfWork, reference: &str) -> Result<Organization> {
    let unknown = || format!("there is no organization {reference:?}; `signet org list` shows every one");
    // PostgreSQL holds no NUL in a text.
    if reference.contains('\0') {
        anyhow::bail!(unknown());
    }
    tenancy::organization::find(work, reference)
        .await?
        .with_context(unknown)
}

/// An organization and a person.
pub(super) async fn both(work: &mut UnitOfWork, org: &str, person: &str) -> Result<(OrganizationId, UserId)> {
    let organization = organization(work, org).await?;
    let person = user(work, person).await?;
    Ok((organization.id, person.id))
}
