//! Owns how people join by their address alone: exactly at a domain that an organization owns, and only once they have
//! proven the address. It is asked whenever an address was proven; it does not know how.

use crate::audit::{self, Event};
use crate::base::id::{OrganizationId, UserId};
use crate::db::Work;
use crate::tenancy::activation;
use crate::tenancy::error::TenancyError;
use crate::tenancy::member::MemberRole;
use crate::tenancy::store;

/// Makes the person a member of the organization that owns their address' domain, if one does and lets people join;
/// says where and as what. Who is a member, or asked to be one, stays what they are, and who was one and left or was
/// removed comes back by an invitation only. The address must be the person's own and proven in this transaction or
/// before: the statement asks for it itself.
pub async fn auto_join(
    work: &mut Work,
    user: &UserId,
    canonical_email: &str,
) -> Result<Option<(OrganizationId, MemberRole)>, TenancyError> {
    // A canonical address has one `@`; whatever stands behind it is compared whole.
    let Some((_, domain)) = canonical_email.split_once('@') else {
        return Ok(None);
    };
    let Some(organization) = store::owner_of_domain(work.connection()?, domain).await? else {
        return Ok(None);
    };
    store::lock(work.connection()?, &organization).await?;
    let now = work.now();
    let joined = store::join_by_domain(
        work.connection()?,
        (&organization, user),
        (canonical_email, domain),
        now,
    );
    let Some(role) = joined.await? else {
        return Ok(None);
    };
    activation::joined(work, &organization, user).await?;
    let event = Event::MemberAdded {
        organization: organization.clone(),
        user: user.clone(),
        role: role.to_string(),
    };
    audit::record(work, event).await?;
    Ok(Some((organization, role)))
}
