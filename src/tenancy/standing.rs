//! Owns the reading of what somebody may do in an organization. For a change it is read after the organization is
//! locked, in the transaction that writes: whoever was demoted a moment ago is judged by what they are now. Who is
//! no joined member is told that there is no such organization.

use super::authority::{Actor, Authority, Rank};
use super::error::TenancyError;
use super::member::MemberRole;
use super::organization::OrganizationType;
use super::store;
use crate::base::id::OrganizationId;
use crate::db::UnitOfWork;

/// An organization as an actor meets it.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// What kind it is.
    pub organization_type: OrganizationType,
    /// What the actor may do in it.
    pub authority: Authority,
}

impl Standing {
    /// Refuses a personal space, where nobody else ever comes.
    pub fn shared(self, organization: &OrganizationId) -> Result<Self, TenancyError> {
        if self.organization_type == OrganizationType::Personal {
            return Err(TenancyError::PersonalSpace(organization.clone()));
        }
        Ok(self)
    }
}

/// Locks the organization until the transaction ends, then reads what the actor may do. Members change nothing in one
/// that is suspended.
pub async fn hold(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
) -> Result<Standing, TenancyError> {
    let unknown = || TenancyError::Unknown(organization.clone());
    let found = store::lock(work.connection()?, organization)
        .await?
        .ok_or_else(unknown)?;
    let authority = authority(work, actor, organization).await?.ok_or_else(unknown)?;
    if found.suspended && authority != Authority::Unlimited {
        return Err(TenancyError::Suspended(organization.clone()));
    }
    Ok(Standing {
        organization_type: found.organization_type,
        authority,
    })
}

/// Reads what the actor may do, for reading only.
pub async fn see(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
) -> Result<Standing, TenancyError> {
    let unknown = || TenancyError::Unknown(organization.clone());
    let found = store::find(work.connection()?, organization.as_str())
        .await?
        .filter(|found| found.id == *organization)
        .ok_or_else(unknown)?;
    let authority = authority(work, actor, organization).await?.ok_or_else(unknown)?;
    Ok(Standing {
        organization_type: found.organization_type,
        authority,
    })
}

/// Whether a role stays within what the actor may do with modules, so that nobody takes or gives by a role what was
/// denied to them. Owners decide who may do what, so they are not asked; for a role of their own they are.
pub async fn within_reach(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
    role: &MemberRole,
) -> Result<(), TenancyError> {
    let Some(person) = actor.person() else {
        return Ok(());
    };
    match store::module_beyond(work.connection()?, organization, person, role).await? {
        Some(module) => Err(TenancyError::BeyondModules {
            role: role.clone(),
            module,
        }),
        None => Ok(()),
    }
}

/// Whether the actor may give a role to somebody else.
pub async fn may_give(
    work: &mut UnitOfWork,
    actor: &Actor,
    authority: Authority,
    (organization, role): (&OrganizationId, &MemberRole),
) -> Result<(), TenancyError> {
    authority.manage(role)?;
    match authority {
        Authority::Member(rank) if rank < Rank::Owner => within_reach(work, actor, organization, role).await,
        Authority::Unlimited | Authority::Member(_) => Ok(()),
    }
}

async fn authority(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
) -> Result<Option<Authority>, TenancyError> {
    let Some(person) = actor.person() else {
        return Ok(Some(Authority::Unlimited));
    };
    let role = store::joined_role(work.connection()?, organization, person).await?;
    Ok(role.map(|role| Authority::Member(Rank::of(&role))))
}
