//! Owns the reading of what whoever acts may do in an organization: who that is, the unit of work says. For a change it
//! is read after the organization is locked, in the transaction that writes: whoever was demoted a moment ago is judged
//! by what they are now. Who is no joined member, or nobody at all, is told that there is no such organization.

use super::rules::{Authority, Rank};
use crate::base::actor::Actor;
use crate::base::id::{OrganizationId, UserId};
use crate::db::UnitOfWork;
use crate::tenancy::error::TenancyError;
use crate::tenancy::member::{self, MemberRole};
use crate::tenancy::module;
use crate::tenancy::organization::{self, OrganizationType};

/// An organization as an actor meets it.
#[derive(Debug, Clone, Copy)]
pub(in crate::tenancy) struct OrganizationAccess {
    /// What kind it is.
    pub(in crate::tenancy) organization_type: OrganizationType,
    /// What the actor may do in it.
    pub(in crate::tenancy) authority: Authority,
}

impl OrganizationAccess {
    /// Refuses a personal space, where nobody else ever comes.
    pub(in crate::tenancy) fn shared(self, organization: &OrganizationId) -> Result<Self, TenancyError> {
        if self.organization_type == OrganizationType::Personal {
            return Err(TenancyError::PersonalSpace(organization.clone()));
        }
        Ok(self)
    }
}

/// Locks the organization until the transaction ends, then reads what the actor may do. Members change nothing in one
/// that is suspended.
pub(in crate::tenancy) async fn lock(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
) -> Result<OrganizationAccess, TenancyError> {
    let unknown = || TenancyError::Unknown(organization.clone());
    let found = organization::lock(work, organization)
        .await?
        .ok_or_else(unknown)?;
    let authority = authority(work, organization).await?.ok_or_else(unknown)?;
    if found.suspended && authority != Authority::Unlimited {
        return Err(TenancyError::Suspended(organization.clone()));
    }
    Ok(OrganizationAccess {
        organization_type: found.organization_type,
        authority,
    })
}

/// Reads what the actor may do, for reading only.
pub(in crate::tenancy) async fn read(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
) -> Result<OrganizationAccess, TenancyError> {
    let unknown = || TenancyError::Unknown(organization.clone());
    let found = organization::find(work, organization.as_str())
        .await?
        .filter(|found| found.id == *organization)
        .ok_or_else(unknown)?;
    let authority = authority(work, organization).await?.ok_or_else(unknown)?;
    Ok(OrganizationAccess {
        organization_type: found.organization_type,
        authority,
    })
}

/// Whether a role stays within what the actor may do with modules, so that nobody takes or gives by a role what was
/// denied to them. Owners decide who may do what, so they are not asked; for a role of their own they are.
pub(in crate::tenancy) async fn within_modules(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    role: &MemberRole,
) -> Result<(), TenancyError> {
    let actor = work.actor();
    // Operators and services are denied nothing, and nobody else who is no person has an authority.
    let Some(person) = actor.person() else {
        return Ok(());
    };
    match module::beyond(work, organization, person, role).await? {
        Some(module) => Err(TenancyError::BeyondModules {
            role: role.clone(),
            module,
        }),
        None => Ok(()),
    }
}

/// Whether the actor may give a role to somebody else.
pub(in crate::tenancy) async fn may_give(
    work: &mut UnitOfWork,
    authority: Authority,
    organization: &OrganizationId,
    role: &MemberRole,
) -> Result<(), TenancyError> {
    authority.manage(role)?;
    if authority.is_held_to_modules() {
        within_modules(work, organization, role).await?;
    }
    Ok(())
}

/// Whether whoever asked somebody to come, or set as what people join, may still give them that role. The organization is
/// locked. No person: an operator or a service did, and always may.
pub(in crate::tenancy) async fn still_may_give(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    giver: Option<&UserId>,
    role: &MemberRole,
) -> Result<bool, TenancyError> {
    let Some(giver) = giver else { return Ok(true) };
    let Some(own) = member::joined_role(work, organization, giver).await? else {
        return Ok(false);
    };
    let authority = Authority::Member(Rank::of(&own));
    if authority.manage(role).is_err() {
        return Ok(false);
    }
    if !authority.is_held_to_modules() {
        return Ok(true);
    }
    let beyond = module::beyond(work, organization, giver, role).await?;
    Ok(beyond.is_none())
}

async fn authority(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
) -> Result<Option<Authority>, TenancyError> {
    let person = match work.actor() {
        Actor::Person(person) => person,
        Actor::Operator(_) | Actor::ServiceKey(_) | Actor::System(_) => {
            return Ok(Some(Authority::Unlimited));
        }
        Actor::Client(_) | Actor::Anonymous => return Ok(None),
    };
    let role = member::joined_role(work, organization, &person).await?;
    Ok(role.map(|role| Authority::Member(Rank::of(&role))))
}
