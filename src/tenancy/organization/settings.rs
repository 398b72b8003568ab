//! Owns everything that changes an organization itself: its name, slug, type, tier, plan, feature flags and looks, whether
//! it is suspended or the global one, and its cut-off. Each asks what the actor may do in the transaction that writes.

use serde_json::Value;

use super::error::OrganizationError;
use super::store;
use super::types::{OrganizationType, organization_name};
use super::values::{Branding, Plan};
use crate::audit::{self, OrganizationEvent};
use crate::base::id::OrganizationId;
use crate::db::UnitOfWork;
use crate::tenancy::authority::{self, Permission};
use crate::tenancy::error::TenancyError;
use crate::tenancy::slug::Slug;
use crate::user::AccessTier;

/// Gives the organization another name.
pub async fn rename(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    name: &str,
) -> Result<(), OrganizationError> {
    let name = organization_name(name)?;
    manage(work, organization).await?;
    let now = work.now();
    store::set_name(work.connection()?, organization, &name, now).await?;
    updated(work, organization, "name").await
}

/// Gives the organization another slug. The old one stays its own for ever: nobody else gets it, and the organization
/// may take it back.
pub async fn set_slug(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    slug: &Slug,
) -> Result<(), OrganizationError> {
    manage(work, organization).await?;
    let now = work.now();
    if !store::set_slug(work.connection()?, organization, slug, now).await? {
        return Err(OrganizationError::SlugTaken(slug.clone()));
    }
    updated(work, organization, "slug").await
}

/// Gives the organization another type: its owners do, since other modules come with it. A personal space stays one,
/// and nothing becomes one.
pub async fn set_type(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    organization_type: OrganizationType,
) -> Result<(), OrganizationError> {
    if organization_type == OrganizationType::Personal {
        return Err(OrganizationError::Personal);
    }
    let access = authority::lock(work, organization).await?;
    access.authority.require(Permission::ChangeType)?;
    access.shared(organization)?;
    let now = work.now();
    store::set_type(work.connection()?, organization, organization_type, now).await?;
    updated(work, organization, "type").await
}

/// Gives the organization another plan, or none. Its members do not choose what they pay for here.
pub async fn set_plan(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    plan: Option<Plan>,
) -> Result<(), OrganizationError> {
    authority::lock(work, organization).await?.authority.operate()?;
    let now = work.now();
    store::set_plan(work.connection()?, organization, plan, now).await?;
    let event = OrganizationEvent::PlanChanged {
        organization: organization.clone(),
        plan: plan.map(Plan::name),
    };
    Ok(audit::record(work, event).await?)
}

/// Sets a feature flag, or takes it away with none. Flags switch what operators decide on.
pub async fn set_flag(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    name: &str,
    value: Option<Value>,
) -> Result<(), OrganizationError> {
    authority::lock(work, organization).await?.authority.operate()?;
    let mut flags = store::find(work.connection()?, organization.as_str())
        .await?
        .ok_or_else(|| TenancyError::Unknown(organization.clone()))?
        .feature_flags;
    flags.set(name, value)?;
    let now = work.now();
    store::set_feature_flags(work.connection()?, organization, &flags, now).await?;
    updated(work, organization, "feature_flags").await
}

/// Replaces how the organization looks.
pub async fn set_branding(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    branding: &Branding,
) -> Result<(), OrganizationError> {
    manage(work, organization).await?;
    let now = work.now();
    store::set_branding(work.connection()?, organization, branding, now).await?;
    updated(work, organization, "branding").await
}

/// Gives the organization a tier of its own, or each member's own with none.
pub async fn set_tier(
    work: &mut UnitOfWork,
    id: &OrganizationId,
    tier: Option<AccessTier>,
) -> Result<(), OrganizationError> {
    let access = authority::lock(work, id).await?;
    access.authority.operate()?;
    access.shared(id)?;
    let now = work.now();
    store::set_tier(work.connection()?, id, tier, now).await?;
    let event = OrganizationEvent::TierChanged {
        organization: id.clone(),
        tier: tier.map(AccessTier::name),
    };
    Ok(audit::record(work, event).await?)
}

/// Suspends an organization: it gives no claim until it is resumed.
pub async fn suspend(work: &mut UnitOfWork, id: &OrganizationId) -> Result<(), OrganizationError> {
    authority::lock(work, id).await?.authority.operate()?;
    let now = work.now();
    store::set_suspended_at(work.connection()?, id, Some(now), now).await?;
    let event = OrganizationEvent::Suspended {
        organization: id.clone(),
    };
    Ok(audit::record(work, event).await?)
}

/// Ends a suspension.
pub async fn resume(work: &mut UnitOfWork, id: &OrganizationId) -> Result<(), OrganizationError> {
    authority::lock(work, id).await?.authority.operate()?;
    let now = work.now();
    store::set_suspended_at(work.connection()?, id, None, now).await?;
    let event = OrganizationEvent::Resumed {
        organization: id.clone(),
    };
    Ok(audit::record(work, event).await?)
}

/// Makes a shared organization the global one; another one must be deleted before. Doing it twice changes nothing, and
/// nobody who is here already joins by it.
pub async fn set_global(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
) -> Result<(), OrganizationError> {
    let access = authority::lock(work, organization).await?;
    access.authority.operate()?;
    access.shared(organization)?;
    let now = work.now();
    store::set_global(work.connection()?, organization, now).await?;
    let event = OrganizationEvent::Updated {
        organization: organization.clone(),
        what: "global",
    };
    Ok(audit::record(work, event).await?)
}

/// Ends everything that was granted for the organization until now: its grants, and every token that speaks of it, here
/// and wherever the membership epoch is checked. Members stay members and sign in anew.
pub async fn revoke_tokens(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
) -> Result<(), OrganizationError> {
    authority::lock(work, organization).await?.authority.operate()?;
    let now = work.now();
    store::set_revoked_before(work.connection()?, organization, now).await?;
    let event = OrganizationEvent::TokensRevoked {
        organization: organization.clone(),
    };
    Ok(audit::record(work, event).await?)
}

async fn manage(work: &mut UnitOfWork, organization: &OrganizationId) -> Result<(), OrganizationError> {
    let access = authority::lock(work, organization).await?;
    Ok(access.authority.require(Permission::ManageOrganization)?)
}

async fn updated(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    what: &'static str,
) -> Result<(), OrganizationError> {
    let event = OrganizationEvent::Updated {
        organization: organization.clone(),
        what,
    };
    Ok(audit::record(work, event).await?)
}
