//! Owns what is done with organizations, each in its caller's transaction.

use super::authority::Actor;
use super::error::TenancyError;
use super::member::MemberRole;
use super::new_organization::NewOrganization;
use super::organization::Organization;
use super::provisioning::first_workspace;
use super::quota::Quota;
use super::slug::Stem;
use super::standing;
use super::store::{self, OrganizationRow};
use super::workspace::WorkspaceKind;
use crate::audit::{self, Event};
use crate::base::id::{OrganizationId, UserId, stored_form};
use crate::config::QuotaSettings;
use crate::db::{DatabaseError, UnitOfWork};
use crate::user::AccessTier;

/// How often a numbered slug is drawn again when somebody else takes it at the same moment.
const ATTEMPTS: usize = 3;

/// Makes an organization with its owner's membership and its first workspace. The owner is locked by their membership,
/// so that two at once are counted.
pub async fn create(
    work: &mut UnitOfWork,
    new: &NewOrganization,
    quotas: &QuotaSettings,
) -> Result<OrganizationId, TenancyError> {
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
                return Err(TenancyError::SlugTaken(slug.clone()));
            }
        }
        None => insert_with_free_slug(work, &row, &Stem::of_name(&new.name)).await?,
    }
    if !store::insert_owner(work.connection()?, &id, &new.owner, now).await? {
        return Err(TenancyError::UnknownUser(new.owner.clone()));
    }
    let others = store::count_made_by(work.connection()?, &new.owner, &id).await?;
    Quota::Organizations.admit(quotas, others)?;
    record_creation(work, &id, &new.owner).await?;
    first_workspace(work, &id, &new.owner, WorkspaceKind::Default).await?;
    Ok(id)
}

/// Records a new organization and its first member.
pub(super) async fn record_creation(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    owner: &UserId,
) -> Result<(), DatabaseError> {
    let created = Event::OrganizationCreated {
        organization: organization.clone(),
        user: Some(owner.clone()),
    };
    audit::record(work, created).await?;
    let added = Event::MemberAdded {
        organization: organization.clone(),
        user: owner.clone(),
        role: MemberRole::OWNER.to_owned(),
    };
    audit::record(work, added).await
}

/// Writes an organization under the first free slug of its stem: the stem, `-2` to `-999`, then random ones.
pub(super) async fn insert_with_free_slug(
    work: &mut UnitOfWork,
    row: &OrganizationRow<'_>,
    stem: &Stem,
) -> Result<(), TenancyError> {
    let now = work.now();
    let candidates = stem.candidates();
    if let Some(first) = candidates.first()
        && store::insert(work.connection()?, row, first, now).await?
    {
        return Ok(());
    }
    for _ in 0..ATTEMPTS {
        let Some(free) = store::first_free_slug(work.connection()?, &candidates).await? else {
            break;
        };
        if store::insert(work.connection()?, row, &free, now).await? {
            return Ok(());
        }
    }
    for _ in 0..ATTEMPTS {
        let slug = stem.random(work.entropy());
        if store::insert(work.connection()?, row, &slug, now).await? {
            return Ok(());
        }
    }
    Err(TenancyError::NoFreeSlug)
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

/// Gives the organization a tier of its own, or each member's own with none.
pub async fn set_tier(
    work: &mut UnitOfWork,
    actor: &Actor,
    id: &OrganizationId,
    tier: Option<AccessTier>,
) -> Result<(), TenancyError> {
    let standing = standing::hold(work, actor, id).await?;
    standing.authority.operate()?;
    standing.shared(id)?;
    let now = work.now();
    store::set_tier(work.connection()?, id, tier, now).await?;
    let event = Event::OrganizationTierChanged {
        organization: id.clone(),
        tier: tier.map(AccessTier::name),
    };
    Ok(audit::record_by(work, event, actor.person()).await?)
}

/// Suspends an organization: it gives no claim until it is resumed.
pub async fn suspend(work: &mut UnitOfWork, actor: &Actor, id: &OrganizationId) -> Result<(), TenancyError> {
    standing::hold(work, actor, id).await?.authority.operate()?;
    let now = work.now();
    store::set_suspended_at(work.connection()?, id, Some(now), now).await?;
    let event = Event::OrganizationSuspended {
        organization: id.clone(),
    };
    Ok(audit::record_by(work, event, actor.person()).await?)
}

/// Ends a suspension.
pub async fn resume(work: &mut UnitOfWork, actor: &Actor, id: &OrganizationId) -> Result<(), TenancyError> {
    standing::hold(work, actor, id).await?.authority.operate()?;
    let now = work.now();
    store::set_suspended_at(work.connection()?, id, None, now).await?;
    let event = Event::OrganizationResumed {
        organization: id.clone(),
    };
    Ok(audit::record_by(work, event, actor.person()).await?)
}
