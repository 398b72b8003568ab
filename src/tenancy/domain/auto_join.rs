//! Owns how people join by their address alone: exactly at a domain that an organization owns, and only once they have
//! proven the address. It is asked whenever an address was proven; it does not know how.

use super::name::DomainName;
use super::{pause, store};
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::tenancy::error::TenancyError;
use crate::tenancy::member::{self, MemberRole};
use crate::tenancy::organization;

/// Locks the organization that owns the domain of an address, if one does. It comes before the person is locked:
/// organizations before people, as everywhere.
pub async fn lock_owner(
    work: &mut UnitOfWork,
    canonical_email: &str,
) -> Result<Option<OrganizationId>, DatabaseError> {
    let Some(domain) = domain_of(canonical_email) else {
        return Ok(None);
    };
    let Some(owner) = store::owning_claim(work.connection()?, domain).await? else {
        return Ok(None);
    };
    let found = organization::lock(work, &owner.organization_id).await?;
    Ok(found.map(|_| owner.organization_id))
}

/// Whether an organization has proven the domain of an address and lets its people join.
pub async fn takes_in(work: &mut UnitOfWork, canonical_email: &str) -> Result<bool, DatabaseError> {
    let Some(domain) = domain_of(canonical_email) else {
        return Ok(false);
    };
    let owner = store::owning_claim(work.connection()?, domain).await?;
    Ok(owner.is_some_and(|claim| claim.auto_join.is_some()))
}

/// Makes the person a member of the organization that [`lock_owner`] found, if it still owns the domain of their address
/// and lets people join, and whoever set that stands for it; says as what. Who is a member, or asked to be one, stays
/// what they are, and who was one and left or was removed comes back by an invitation only. The address must be the
/// person's own and proven in this transaction or before: the statement asks for it itself.
pub async fn auto_join(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    user: &UserId,
    canonical_email: &str,
) -> Result<Option<MemberRole>, TenancyError> {
    let Some(domain) = domain_of(canonical_email) else {
        return Ok(None);
    };
    let name = DomainName::from_stored(domain.to_owned());
    let claim = store::find_claim(work.connection()?, organization, &name).await?;
    let Some(claim) = claim.filter(|claim| claim.auto_join.is_some()) else {
        return Ok(None);
    };
    if pause::is_paused(work, &claim).await? {
        return Ok(None);
    }
    Ok(member::join_by_domain(work, organization, user, canonical_email, domain).await?)
}

/// A canonical address has one `@`; whatever stands behind it is compared whole.
fn domain_of(canonical_email: &str) -> Option<&str> {
    Some(canonical_email.split_once('@')?.1)
}
