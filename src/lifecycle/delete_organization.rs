//! Owns how an organization is deleted: it gives no claim from the commit on, so that a grant that is bound to it gets
//! no token any more, and a token that names it is no longer accepted here. Its slug stays taken.

use crate::base::id::OrganizationId;
use crate::db::UnitOfWork;
use crate::tenancy::{self, OrganizationError};

/// Deletes a shared organization and archives its workspaces.
pub async fn delete_organization(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
) -> Result<(), OrganizationError> {
    tenancy::organization::delete(work, organization).await
}
