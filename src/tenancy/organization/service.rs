//! Owns making and finding organizations, each in its caller's transaction.

use super::error::OrganizationError;
use super::free_slug::insert_with_free_slug;
use super::store::{self, OrganizationRow};
use super::types::{NewOrganization, Organization};
use crate::audit::{self, MemberEvent, OrganizationEvent};
use crate::base::id::{OrganizationId, UserId, stored_form};
use crate::config::QuotaSettings;
use crate::db::{DatabaseError, UnitOfWork};
use crate::tenancy::authority;
use crate::tenancy::error::TenancyError;
use crate::tenancy::member::{self, MemberRole};
use crate::tenancy::quota::Quota;
use crate::tenancy::slug::Stem;
use crate::tenancy::workspace::{self, WorkspaceKind};

/// Makes an organization with its owner's membership and its first workspace. The owner is locked by their membership,
/// so that two at once are counted.
pub async fn create(
    work: &mut UnitOfWork,
    new: &NewOrganization,
    quotas: &QuotaSettings,
) -> Result<OrganizationId, OrganizationError> {
    let now = work.now();
    let id = OrganizationId::new(now, work.entropy());
    let row = OrganizationRow {
        id: &id,
        name: &new.name,
        organization_type: new.organization_type,
        owner: &new.owner,
        tier: new.tier,
    };
    match &new.slug {
        Some(slug) => {
            if !store::insert(work.connection()?, &row, slug.as_str(), now).await? {
                return Err(OrganizationError::SlugTaken(slug.clone()));
            }
        }
        None => insert_with_free_slug(work, &row, &Stem::of_name(&new.name)).await?,
    }
    if !member::insert_owner(work, &id, &new.owner).await? {
        return Err(TenancyError::UnknownUser(new.owner.clone()).into());
    }
    let others = store::count_made_by(work.connection()?, &new.owner, &id).await?;
    Quota::Organizations.admit(quotas, others)?;
    record_creation(work, &id, &new.owner).await?;
    workspace::create_first(work, &id, &new.owner, WorkspaceKind::Default).await?;
    Ok(id)
}

/// Records a new organization and its first member.
pub(super) async fn record_creation(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    owner: &UserId,
) -> Result<(), DatabaseError> {
    let created = OrganizationEvent::Created {
        organization: organization.clone(),
        user: Some(owner.clone()),
    };
    audit::record(work, created).await?;
    let added = MemberEvent::Added {
        organization: organization.clone(),
        user: owner.clone(),
        role: MemberRole::OWNER.to_owned(),
    };
    audit::record(work, added).await
}

/// The organization of an id or a slug.
pub async fn find(work: &mut UnitOfWork, reference: &str) -> Result<Option<Organization>, DatabaseError> {
    store::find(work.connection()?, &stored_form(reference)).await
}

/// A page of organizations after the given id, in the order of their ids.
pub async fn list(
    work: &mut UnitOfWork,
    after: Option<&OrganizationId>,
    limit: u16,
) -> Result<Vec<Organization>, DatabaseError> {
    let after = after.map_or("", OrganizationId::as_str);
    store::list(work.connection()?, after, i64::from(limit)).await
}

/// An organization, to whoever belongs to it.
pub async fn show(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
) -> Result<Organization, TenancyError> {
    authority::read(work, organization).await?;
    store::find(work.connection()?, organization.as_str())
        .await?
        .ok_or_else(|| TenancyError::Unknown(organization.clone()))
}

/// A page of the organizations that a person has joined, or of one of them, with their role, after the given id in the
/// order of the ids. Suspended ones are among them; deleted ones are not.
pub async fn joined_by(
    work: &mut UnitOfWork,
    user: &UserId,
    only: Option<&OrganizationId>,
    after: Option<&OrganizationId>,
    limit: u16,
) -> Result<Vec<(Organization, MemberRole)>, DatabaseError> {
    let after = after.map_or("", OrganizationId::as_str);
    store::list_joined(work.connection()?, user, only, after, i64::from(limit)).await
}
