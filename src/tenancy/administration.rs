//! Owns what changes an organization itself: its name, slug, type, plan, feature flags and looks. Each asks what the
//! actor may do in the transaction that writes.

use serde_json::Value;

use super::authority::{Actor, Permission};
use super::error::TenancyError;
use super::member::MemberRole;
use super::new_organization::organization_name;
use super::organization::{Organization, OrganizationType};
use super::settings::{Branding, Plan};
use super::slug::Slug;
use super::standing;
use super::store;
use crate::audit::{self, Event};
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, UnitOfWork};

/// An organization, to whoever belongs to it.
pub async fn show(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
) -> Result<Organization, TenancyError> {
    standing::see(work, actor, organization).await?;
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
    (after, limit): (Option<&OrganizationId>, u16),
) -> Result<Vec<(Organization, MemberRole)>, DatabaseError> {
    let page = (after.map_or("", OrganizationId::as_str), i64::from(limit));
    store::list_joined(work.connection()?, user, only, page).await
}

/// Gives the organization another name.
pub async fn rename(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
    name: &str,
) -> Result<(), TenancyError> {
    let name = organization_name(name)?;
    manage(work, actor, organization).await?;
    let now = work.now();
    store::set_name(work.connection()?, organization, &name, now).await?;
    updated(work, actor, organization, "name").await
}

/// Gives the organization another slug. The old one stays its own for ever: nobody else gets it, and the organization
/// may take it back.
pub async fn set_slug(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
    slug: &Slug,
) -> Result<(), TenancyError> {
    manage(work, actor, organization).await?;
    let now = work.now();
    if !store::set_slug(work.connection()?, organization, slug, now).await? {
        return Err(TenancyError::SlugTaken(slug.clone()));
    }
    updated(work, actor, organization, "slug").await
}

/// Gives the organization another type: its owners do, since other modules come with it. A personal space stays one,
/// and nothing becomes one.
pub async fn set_type(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
    organization_type: OrganizationType,
) -> Result<(), TenancyError> {
    if organization_type == OrganizationType::Personal {
        return Err(TenancyError::Personal);
    }
    let standing = standing::hold(work, actor, organization).await?;
    standing.authority.require(Permission::ChangeType)?;
    standing.shared(organization)?;
    let now = work.now();
    store::set_type(work.connection()?, organization, organization_type, now).await?;
    updated(work, actor, organization, "type").await
}

/// Gives the organization another plan, or none. Its members do not choose what they pay for here.
pub async fn set_plan(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
    plan: Option<Plan>,
) -> Result<(), TenancyError> {
    standing::hold(work, actor, organization)
        .await?
        .authority
        .operate()?;
    let now = work.now();
    store::set_plan(work.connection()?, organization, plan, now).await?;
    let event = Event::OrganizationPlanChanged {
        organization: organization.clone(),
        plan: plan.map(Plan::name),
    };
    Ok(audit::record_by(work, event, actor.person()).await?)
}

/// Sets a feature flag, or takes it away with none. Flags switch what operators decide on.
pub async fn set_flag(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
    name: &str,
    value: Option<Value>,
) -> Result<(), TenancyError> {
    standing::hold(work, actor, organization)
        .await?
        .authority
        .operate()?;
    let mut flags = store::find(work.connection()?, organization.as_str())
        .await?
        .ok_or_else(|| TenancyError::Unknown(organization.clone()))?
        .feature_flags;
    flags.set(name, value)?;
    let now = work.now();
    store::set_feature_flags(work.connection()?, organization, &flags, now).await?;
    updated(work, actor, organization, "feature_flags").await
}

/// Replaces how the organization looks.
pub async fn set_branding(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
    branding: &Branding,
) -> Result<(), TenancyError> {
    manage(work, actor, organization).await?;
    let now = work.now();
    store::set_branding(work.connection()?, organization, branding, now).await?;
    updated(work, actor, organization, "branding").await
}

async fn manage(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
) -> Result<(), TenancyError> {
    let standing = standing::hold(work, actor, organization).await?;
    Ok(standing.authority.require(Permission::ManageOrganization)?)
}

async fn updated(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
    what: &'static str,
) -> Result<(), TenancyError> {
    let event = Event::OrganizationUpdated {
        organization: organization.clone(),
        what,
    };
    Ok(audit::record_by(work, event, actor.person()).await?)
}
