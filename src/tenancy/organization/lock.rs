//! Owns what the other nouns ask of an organization before they write: that it waits for them, and what it is.

use super::store;
use super::types::OrganizationType;
use crate::base::id::OrganizationId;
use crate::db::{DatabaseError, UnitOfWork};

/// What a lock finds.
pub(in crate::tenancy) struct LockedOrganization {
    /// What kind it is.
    pub(in crate::tenancy) organization_type: OrganizationType,
    /// Whether its members change nothing.
    pub(in crate::tenancy) suspended: bool,
}

/// Makes every other change to the organization, its members, invitations and domains wait for this transaction;
/// none if there is no such organization.
pub(in crate::tenancy) async fn lock(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
) -> Result<Option<LockedOrganization>, DatabaseError> {
    store::lock(work.connection()?, organization).await
}

/// Locks several organizations in the order of their ids, so that whoever does the same never waits in a circle.
pub(in crate::tenancy) async fn lock_in_order(
    work: &mut UnitOfWork,
    organizations: &[&OrganizationId],
) -> Result<(), DatabaseError> {
    store::lock_in_order(work.connection()?, organizations).await
}

/// Whether an organization is the global one, where everybody is.
pub(in crate::tenancy) async fn is_global(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
) -> Result<bool, DatabaseError> {
    store::is_global(work.connection()?, organization).await
}
