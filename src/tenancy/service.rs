//! Owns what is done with organizations, each in its caller's transaction.

use super::error::TenancyError;
use super::member::MemberRole;
use super::new_organization::NewOrganization;
use super::organization::{Organization, OrganizationType};
use super::provisioning::first_workspace;
use super::slug::Stem;
use super::store::{self, OrganizationRow};
use super::workspace::WorkspaceKind;
use crate::audit::{self, Event};
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, Work};
use crate::user::AccessTier;

/// How often a numbered slug is drawn again when somebody else takes it at the same moment.
const ATTEMPTS: usize = 3;

/// Makes an organization with its owner's membership and its first workspace.
pub async fn create(work: &mut Work, new: &NewOrganization) -> Result<OrganizationId, TenancyError> {
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
    record_creation(work, &id, &new.owner).await?;
    first_workspace(work, &id, &new.owner, WorkspaceKind::Default).await?;
    Ok(id)
}

/// Records a new organization and its first member.
pub(super) async fn record_creation(
    work: &mut Work,
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
    work: &mut Work,
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
pub async fn find(work: &mut Work, reference: &str) -> Result<Option<Organization>, DatabaseError> {
    store::find(work.connection()?, reference).await
}

/// A page of organizations after the given id, in the order of their ids.
pub async fn list(
    work: &mut Work,
    after: Option<&OrganizationId>,
    limit: u16,
) -> Result<Vec<Organization>, DatabaseError> {
    let after = after.map_or("", OrganizationId::as_str);
    store::list(work.connection()?, after, i64::from(limit)).await
}

/// Gives the organization a tier of its own, or each member's own with none.
pub async fn set_tier(
    work: &mut Work,
    id: &OrganizationId,
    tier: Option<AccessTier>,
) -> Result<(), TenancyError> {
    let now = work.now();
    if !store::set_tier(work.connection()?, id, tier, now).await? {
        return Err(not_a_shared_one(work, id).await?);
    }
    let event = Event::OrganizationTierChanged {
        organization: id.clone(),
        tier: tier.map(AccessTier::name),
    };
    Ok(audit::record(work, event).await?)
}

/// Suspends an organization: it gives no claim until it is resumed.
pub async fn suspend(work: &mut Work, id: &OrganizationId) -> Result<(), TenancyError> {
    let now = work.now();
    if !store::set_suspended_at(work.connection()?, id, Some(now), now).await? {
        return Err(TenancyError::Unknown(id.clone()));
    }
    Ok(audit::record(
        work,
        Event::OrganizationSuspended {
            organization: id.clone(),
        },
    )
    .await?)
}

/// Ends a suspension.
pub async fn resume(work: &mut Work, id: &OrganizationId) -> Result<(), TenancyError> {
    let now = work.now();
    if !store::set_suspended_at(work.connection()?, id, None, now).await? {
        return Err(TenancyError::Unknown(id.clone()));
    }
    Ok(audit::record(
        work,
        Event::OrganizationResumed {
            organization: id.clone(),
        },
    )
    .await?)
}

/// Why a statement on a shared organization found none: there is none, or it is a personal space.
pub(super) async fn not_a_shared_one(
    work: &mut Work,
    id: &OrganizationId,
) -> Result<TenancyError, DatabaseError> {
    let personal = store::find(work.connection()?, id.as_str())
        .await?
        .is_some_and(|organization| organization.organization_type == OrganizationType::Personal);
    Ok(if personal {
        TenancyError::PersonalSpace(id.clone())
    } else {
        TenancyError::Unknown(id.clone())
    })
}
