//! Owns `signet org delete`.

use anyhow::Result;

use super::lookup::organization;
use super::report::OrganizationReport;
use super::run::changed;
use crate::db::UnitOfWork;
use crate::lifecycle::delete_organization::delete_organization;

/// Deletes the organization of an id or slug.
pub(super) async fn delete(work: &mut UnitOfWork, reference: &str) -> Result<OrganizationReport> {
    let id = organization(work, reference).await?.id;
    delete_organization(work, &id).await?;
    Ok(changed(&id, "deleted".to_owned()))
}
