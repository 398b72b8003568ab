//! Owns the invited person's side: what the token's holder may see, accepting, declining. The token alone opens
//! nothing: the account that answers has proven the address that the invitation was sent to. A refusal uses nothing
//! up, so that somebody new can prove their address and come back with the same link.

use super::error::InvitationError;
use super::store::{self, Presented};
use super::types::{InvitationEnd, OfferedInvitation, PresentedInvitation};
use crate::audit::{self, InvitationEvent};
use crate::base::digest::Digest;
use crate::base::handle::Handle;
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::tenancy::authority;
use crate::tenancy::error::TenancyError;
use crate::tenancy::member::{self, MemberRole};
use crate::tenancy::organization;

/// A membership that came of an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Where.
    pub organization_id: OrganizationId,
    /// As what; a role that the person already had there stays.
    pub role: MemberRole,
}

/// What the holder of a token may see of its invitation; none if no invitation has it.
pub async fn find(
    work: &mut UnitOfWork,
    token: &Handle,
) -> Result<Option<PresentedInvitation>, DatabaseError> {
    let (digest, now) = (token.digest(work.epoch()), work.now());
    let found = store::present(work.connection()?, &digest, None).await?;
    Ok(found.map(|found| PresentedInvitation {
        end: found.status.end(found.expires_at, now),
        organization_name: found.organization_name,
        email: found.email,
        inviter: found.inviter,
        role: found.joins.role,
        expires_at: found.expires_at,
    }))
}

/// How an invitation stands to the person it is for.
#[derive(Debug, Clone)]
pub enum Offer {
    /// It waits for their answer.
    Waits(OfferedInvitation),
    /// They joined by it.
    Joined(Accepted),
}

/// What an invitation offers the person it is for. Whoever could not accept it is told why, as accepting would; nothing
/// is locked or written, so that accepting decides again.
pub async fn offer(work: &mut UnitOfWork, token: &Handle, user: &UserId) -> Result<Offer, InvitationError> {
    let digest = token.digest(work.epoch());
    let found = theirs(work, &digest, user).await?;
    if let Some(joined) = joined_by(work, &found, user).await? {
        return Ok(Offer::Joined(joined));
    }
    check(work, &found)?;
    require_inviter(work, &found).await?;
    Ok(Offer::Waits(OfferedInvitation {
        organization_name: found.organization_name,
        inviter: found.inviter,
        role: found.joins.role,
        expires_at: found.expires_at,
    }))
}

/// Joins by an invitation, once; the same person may accept again and learns the same.
pub async fn accept(
    work: &mut UnitOfWork,
    token: &Handle,
    user: &UserId,
) -> Result<Accepted, InvitationError> {
    let digest = token.digest(work.epoch());
    let found = hold(work, &digest, user).await?;
    if let Some(joined) = joined_by(work, &found, user).await? {
        return Ok(joined);
    }
    check(work, &found)?;
    let organization = &found.organization_id;
    require_inviter(work, &found).await?;
    let now = work.now();
    if !store::accept(work.connection()?, &digest, user, now).await? {
        return Err(InvitationError::Over(InvitationEnd::Used));
    }
    let event = InvitationEvent::Accepted {
        organization: organization.clone(),
        invitation: found.id,
        user: user.clone(),
    };
    audit::record(work, event).await?;
    let role = match member::joined_role(work, organization, user).await? {
        Some(role) => role,
        None => member::join_as(work, organization, user, &found.joins)
            .await?
            .ok_or_else(|| TenancyError::UnknownUser(user.clone()))?,
    };
    Ok(Accepted {
        organization_id: found.organization_id,
        role,
    })
}

/// Declines an invitation, once; says whose it was.
pub async fn reject(
    work: &mut UnitOfWork,
    token: &Handle,
    user: &UserId,
) -> Result<OrganizationId, InvitationError> {
    let digest = token.digest(work.epoch());
    let found = hold(work, &digest, user).await?;
    check(work, &found)?;
    let now = work.now();
    if !store::reject(work.connection()?, &digest, user, now).await? {
        return Err(InvitationError::Over(InvitationEnd::Used));
    }
    let event = InvitationEvent::Rejected {
        organization: found.organization_id.clone(),
        invitation: found.id,
        user: user.clone(),
    };
    audit::record(work, event).await?;
    Ok(found.organization_id)
}

/// The membership that the person already has by this invitation.
async fn joined_by(
    work: &mut UnitOfWork,
    found: &Presented,
    user: &UserId,
) -> Result<Option<Accepted>, InvitationError> {
    if found.accepted_by.as_ref() != Some(user) {
        return Ok(None);
    }
    let role = member::joined_role(work, &found.organization_id, user).await?;
    Ok(role.map(|role| Accepted {
        organization_id: found.organization_id.clone(),
        role,
    }))
}

/// The invitation of a token, if it is for this person: whoever it is not for learns nothing of it.
async fn theirs(work: &mut UnitOfWork, digest: &Digest, user: &UserId) -> Result<Presented, InvitationError> {
    let found = store::present(work.connection()?, digest, Some(user))
        .await?
        .ok_or(InvitationError::UnknownToken)?;
    match found.address_matches {
        Some(true) => Ok(found),
        Some(false) => Err(InvitationError::ForAnother),
        None => Err(TenancyError::UnknownUser(user.clone()).into()),
    }
}

/// The invitation of a token, read after its organization was locked: no role changes until the answer is written.
async fn hold(work: &mut UnitOfWork, digest: &Digest, user: &UserId) -> Result<Presented, InvitationError> {
    let unknown = || InvitationError::UnknownToken;
    let found = theirs(work, digest, user).await?;
    let locked = organization::lock(work, &found.organization_id)
        .await?
        .ok_or_else(unknown)?;
    if locked.suspended {
        return Err(TenancyError::Suspended(found.organization_id).into());
    }
    store::present(work.connection()?, digest, Some(user))
        .await?
        .ok_or_else(unknown)
}

fn check(work: &UnitOfWork, found: &Presented) -> Result<(), InvitationError> {
    if let Some(end) = found.status.end(found.expires_at, work.now()) {
        return Err(InvitationError::Over(end));
    }
    if found.address_verified {
        Ok(())
    } else {
        Err(InvitationError::EmailUnverified)
    }
}

/// Whoever sent it may still give its role.
async fn require_inviter(work: &mut UnitOfWork, found: &Presented) -> Result<(), InvitationError> {
    let (organization, inviter) = (&found.organization_id, found.invited_by.as_ref());
    if authority::still_may_give(work, organization, inviter, &found.joins.role).await? {
        Ok(())
    } else {
        Err(InvitationError::InviterGone)
    }
}
