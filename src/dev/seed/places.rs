//! Owns the demo organizations and who belongs to them.

use super::error::SeedError;
use crate::base::id::{OrganizationId, UserId};
use crate::config::QuotaSettings;
use crate::db::UnitOfWork;
use crate::tenancy::{
    Joining, MemberRole, NewOrganization, OrganizationError, OrganizationType, Slug, member, organization,
};

/// Slug and name of an organization.
pub(super) type Place = (&'static str, &'static str);

/// Ada's own, where Grace is a member.
pub(super) const ACME: Place = ("acme", "Acme");
/// Root's, where Ada is a member.
pub(super) const GLOBEX: Place = ("globex", "Globex");

/// Makes an organization if there is none of its slug, and makes a person a member of it if they are none.
pub(super) async fn provide(
    work: &mut UnitOfWork,
    (slug, name): Place,
    owner: &UserId,
    member: &UserId,
) -> Result<(), SeedError> {
    let id = match organization::find(work, slug).await? {
        Some(organization) => organization.id,
        None => create(work, slug, name, owner).await?,
    };
    let memberships = member::of_user(work, member).await?;
    if !memberships
        .iter()
        .any(|membership| membership.organization_id == id)
    {
        let role = MemberRole::member();
        member::add(work, &id, member, &role, Joining::Now).await?;
    }
    Ok(())
}

async fn create(
    work: &mut UnitOfWork,
    slug: &str,
    name: &str,
    owner: &UserId,
) -> Result<OrganizationId, OrganizationError> {
    let slug = Slug::parse(slug)?;
    let new = NewOrganization::new(name, Some(slug), OrganizationType::Team, None, owner.clone())?;
    organization::create(work, &new, &QuotaSettings::default()).await
}
