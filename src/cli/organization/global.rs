//! Owns `signet org set-global`.

use anyhow::Result;

use super::lookup::organization;
use super::report::OrganizationReport;
use super::run::changed;
use crate::db::UnitOfWork;
use crate::tenancy;

/// Makes the organization of an id or slug the global one.
pub(super) async fn set_global(work: &mut UnitOfWork, reference: &str) -> Result<OrganizationReport> {
    let id = organization(work, reference).await?.id;
    tenancy::organization::set_global(work, &id).await?;
    Ok(changed(&id, "global".to_owned()))
}
