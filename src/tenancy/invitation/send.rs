//! Owns the sender's side of invitations: making, resending, taking back, listing. The token is shown once, to be sent
//! to the address; only its digest is stored.

use std::time::Duration;

use super::error::InvitationError;
use super::store::{self, InvitationRow, NewToken};
use super::types::{Invitation, NewInvitation, lifetime_of};
use crate::audit::{self, InvitationEvent};
use crate::base::clock::{self, Timestamp};
use crate::base::handle::{Handle, Kind};
use crate::base::id::{InvitationId, OrganizationId, UserId};
use crate::config::QuotaSettings;
use crate::db::{DatabaseError, UnitOfWork};
use crate::tenancy::authority::{self, Authority, Permission};
use crate::tenancy::error::TenancyError;
use crate::tenancy::member::MemberRole;
use crate::tenancy::quota::Quota;

/// Invitations that are over are kept this long, for those who wonder what became of them.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// An invitation that is to be sent to its address.
#[derive(Debug)]
pub struct SentInvitation {
    /// Its id.
    pub id: InvitationId,
    /// What makes its holder the invited one, together with the proven address.
    pub token: Handle,
    /// From when on it gives nothing.
    pub expires_at: Timestamp,
}

/// Asks an address to join with a role. Of one address only one invitation is pending at a time.
pub async fn create(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    new: &NewInvitation,
    quotas: &QuotaSettings,
) -> Result<SentInvitation, InvitationError> {
    let access = authority::lock(work, organization).await?;
    authority::may_give(work, access.authority, organization, &new.joins.role).await?;
    access.shared(organization)?;
    let now = work.now();
    let connection = work.connection()?;
    store::settle_expired(connection, organization, new.email.canonical(), now).await?;
    let others = store::count_pending(connection, organization, None, now).await?;
    Quota::PendingInvitations.admit(quotas, others)?;
    let sent = SentInvitation {
        id: InvitationId::new(now, work.entropy()),
        token: Handle::new(Kind::Invitation, work.entropy()),
        expires_at: clock::after(now, new.lifetime),
    };
    let digest = sent.token.digest(work.epoch());
    let actor = work.actor();
    let row = InvitationRow {
        id: &sent.id,
        organization,
        email: &new.email,
        joins: &new.joins,
        digest: &digest,
        invited_by: actor.person(),
        expires_at: sent.expires_at,
    };
    if !store::insert_invitation(work.connection()?, &row, now).await? {
        return Err(InvitationError::MemberHasAddress);
    }
    let event = InvitationEvent::Created {
        organization: organization.clone(),
        invitation: sent.id.clone(),
        role: new.joins.role.to_string(),
    };
    audit::record(work, event).await?;
    Ok(sent)
}

/// Gives a pending invitation a new token and new time; the old token is dead. From now on the actor vouches for it.
pub async fn resend(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    id: &InvitationId,
    lifetime: Option<Duration>,
    quotas: &QuotaSettings,
) -> Result<SentInvitation, InvitationError> {
    let lifetime = lifetime_of(lifetime)?;
    let (role, authority) = pending(work, organization, id).await?;
    authority::may_give(work, authority, organization, &role).await?;
    let now = work.now();
    let others = store::count_pending(work.connection()?, organization, Some(id), now).await?;
    Quota::PendingInvitations.admit(quotas, others)?;
    let sent = SentInvitation {
        id: id.clone(),
        token: Handle::new(Kind::Invitation, work.entropy()),
        expires_at: clock::after(now, lifetime),
    };
    let digest = sent.token.digest(work.epoch());
    let actor = work.actor();
    let token = NewToken {
        digest: &digest,
        invited_by: actor.person(),
        expires_at: sent.expires_at,
    };
    if !store::replace_token(work.connection()?, organization, id, &token, now).await? {
        return Err(InvitationError::Unknown(id.clone()));
    }
    let event = InvitationEvent::Resent {
        organization: organization.clone(),
        invitation: id.clone(),
        role: role.to_string(),
    };
    audit::record(work, event).await?;
    Ok(sent)
}

/// Takes a pending invitation back.
pub async fn revoke(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    id: &InvitationId,
) -> Result<(), InvitationError> {
    pending(work, organization, id).await?;
    let now = work.now();
    if !store::cancel_pending(work.connection()?, organization, id, now).await? {
        return Err(InvitationError::Unknown(id.clone()));
    }
    let event = InvitationEvent::Revoked {
        organization: organization.clone(),
        invitation: id.clone(),
    };
    Ok(audit::record(work, event).await?)
}

/// Takes back what is pending for the proven address of somebody who is removed from an organization, or of all of them
/// for somebody who is shut out everywhere: what was sent before is no way back. An address that was never proven may be
/// anybody's, so that what was sent there stays; and so does what is above whoever removes them. It locks invitations
/// before people, as accepting one does.
pub async fn revoke_of(
    work: &mut UnitOfWork,
    authority: Authority,
    user: &UserId,
    organization: Option<&OrganizationId>,
) -> Result<(), DatabaseError> {
    let (beyond, now) = (authority.roles_above(), work.now());
    for (organization, invitation) in
        store::cancel_pending_of(work.connection()?, user, organization, &beyond, now).await?
    {
        let event = InvitationEvent::Revoked {
            organization,
            invitation,
        };
        audit::record(work, event).await?;
    }
    Ok(())
}

/// A page of an organization's invitations after the given one, in the order in which they were made.
pub async fn list(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    after: Option<&InvitationId>,
    limit: u16,
) -> Result<Vec<Invitation>, TenancyError> {
    let access = authority::read(work, organization).await?;
    access.authority.require(Permission::ManageTeam)?;
    let after = after.map_or("", InvitationId::as_str);
    Ok(store::list_invitations(work.connection()?, organization, after, i64::from(limit)).await?)
}

/// How many invitations can still be accepted, counted up to `most`.
pub async fn count_acceptable(work: &mut UnitOfWork, most: i64) -> Result<i64, DatabaseError> {
    let now = work.now();
    store::count_acceptable(work.connection()?, now, most).await
}

/// Deletes at most `limit` invitations that were over long ago; says how many.
pub async fn expire(work: &mut UnitOfWork, limit: i64) -> Result<u64, DatabaseError> {
    let before = clock::before(work.now(), KEPT);
    store::expire_invitations(work.connection()?, before, limit).await
}

/// The role of a pending invitation that the actor may dispose of: they could give it themselves.
async fn pending(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    id: &InvitationId,
) -> Result<(MemberRole, Authority), InvitationError> {
    let access = authority::lock(work, organization).await?;
    access.authority.require(Permission::ManageTeam)?;
    let role = store::pending_role(work.connection()?, organization, id)
        .await?
        .ok_or_else(|| InvitationError::Unknown(id.clone()))?;
    access.authority.manage(&role)?;
    Ok((role, access.authority))
}
