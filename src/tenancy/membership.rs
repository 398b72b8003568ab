//! Owns who belongs to an organization. It always keeps an owner who joined and can act: writes that could take the
//! last one away lock the organization first, and carry the condition themselves.

use super::activation;
use super::authority::{Actor, Authority, Forbidden, Permission, Rank};
use super::error::TenancyError;
use super::invitation;
use super::member::{Belonging, Joining, Member, MemberRole, WorkspaceCreation};
use super::organization::OrganizationType;
use super::standing;
use super::store::{self, MemberRow};
use crate::audit::{self, Event};
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, UnitOfWork};

/// Makes a person a member, or asks them to come. Members can only ask.
pub async fn add(
    work: &mut UnitOfWork,
    actor: &Actor,
    (organization, user): (&OrganizationId, &UserId),
    role: &MemberRole,
    joining: Joining,
) -> Result<(), TenancyError> {
    let standing = standing::hold(work, actor, organization).await?;
    standing::may_give(work, actor, standing.authority, (organization, role)).await?;
    if joining == Joining::Now {
        standing.authority.add_unasked()?;
    }
    standing.shared(organization)?;
    let row = MemberRow {
        organization,
        user,
        role,
        joining,
        invited_by: actor.person(),
    };
    let now = work.now();
    if !store::insert_member(work.connection()?, &row, now).await? {
        return Err(TenancyError::UnknownUser(user.clone()));
    }
    if joining == Joining::Now {
        activation::joined(work, organization, user).await?;
    }
    let (organization, user, role) = (organization.clone(), user.clone(), role.to_string());
    let event = match joining {
        Joining::Now => Event::MemberAdded {
            organization,
            user,
            role,
        },
        Joining::Invited => Event::MemberInvited {
            organization,
            user,
            role,
        },
    };
    Ok(audit::record_by(work, event, actor.person()).await?)
}

/// Turns a pending membership into a joined one: by the person's own act, if whoever asked them could still do so.
/// Who joined already stays what they are.
pub async fn join(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<(), TenancyError> {
    if actor.person().is_some_and(|person| person != user) {
        standing::hold(work, actor, organization).await?;
        return Err(Forbidden::NotAsked.into());
    }
    let locked = store::lock(work.connection()?, organization).await?;
    let suspended = locked
        .ok_or_else(|| TenancyError::Unknown(organization.clone()))?
        .suspended;
    let Some(member) = store::find_member(work.connection()?, organization, user).await? else {
        return Err(not_a_member(actor, organization, user));
    };
    if member.joined_at.is_some() {
        return Ok(());
    }
    if suspended && actor.person().is_some() {
        return Err(TenancyError::Suspended(organization.clone()));
    }
    vouch(work, organization, member.invited_by.as_ref(), &member.role).await?;
    let now = work.now();
    let Some(role) = store::set_joined(work.connection()?, organization, user, now).await? else {
        return Err(not_a_member(actor, organization, user));
    };
    activation::joined(work, organization, user).await?;
    let event = Event::MemberAdded {
        organization: organization.clone(),
        user: user.clone(),
        role,
    };
    Ok(audit::record_by(work, event, actor.person()).await?)
}

/// Whether whoever asked somebody to come could still ask them for this role. The organization is locked.
pub(super) async fn vouch(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    invited_by: Option<&UserId>,
    role: &MemberRole,
) -> Result<(), TenancyError> {
    let Some(inviter) = invited_by else { return Ok(()) };
    let authority = store::joined_role(work.connection()?, organization, inviter)
        .await?
        .map(|own| Authority::Member(Rank::of(&own)));
    let Some(authority) = authority else {
        return Err(TenancyError::InviterGone);
    };
    let inviter = Actor::Person(inviter.clone());
    match standing::may_give(work, &inviter, authority, (organization, role)).await {
        Err(TenancyError::Forbidden(_) | TenancyError::BeyondModules { .. }) => {
            Err(TenancyError::InviterGone)
        }
        other => other,
    }
}

/// Ends a membership, joined or not, with what is pending for the person's proven address, as far as the actor could
/// have sent it; never the last owner's, and nobody's in a personal space. Everyone may end their own, also in an
/// organization that is suspended.
pub async fn remove(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<(), TenancyError> {
    let authority = if actor.person() == Some(user) {
        let locked = store::lock(work.connection()?, organization).await?;
        let kind = locked
            .ok_or_else(|| TenancyError::Unknown(organization.clone()))?
            .organization_type;
        membership(work, actor, organization, user).await?;
        if kind == OrganizationType::Personal {
            return Err(TenancyError::PersonalSpace(organization.clone()));
        }
        Authority::Unlimited
    } else {
        let standing = standing::hold(work, actor, organization).await?;
        standing.authority.require(Permission::ManageTeam)?;
        standing.shared(organization)?;
        let member = membership(work, actor, organization, user).await?;
        standing.authority.manage(&member.role)?;
        standing.authority
    };
    // Invitations before memberships, as where a person is deleted.
    let by = (actor.person(), authority);
    invitation::revoke_of(work, by, user, Some(organization)).await?;
    if !store::delete_member(work.connection()?, organization, user).await? {
        membership(work, actor, organization, user).await?;
        return Err(last_owner(organization, user));
    }
    let event = Event::MemberRemoved {
        organization: organization.clone(),
        user: user.clone(),
    };
    Ok(audit::record_by(work, event, actor.person()).await?)
}

/// Ends the actor's own membership.
pub async fn leave(
    work: &mut UnitOfWork,
    user: &UserId,
    organization: &OrganizationId,
) -> Result<(), TenancyError> {
    remove(work, &Actor::Person(user.clone()), organization, user).await
}

/// Gives a member another role; the last owner stays one. Nobody changes their own, which could lead out of what they
/// are denied: an owner steps down, to a role that may do no more.
pub async fn set_role(
    work: &mut UnitOfWork,
    actor: &Actor,
    (organization, user): (&OrganizationId, &UserId),
    role: &MemberRole,
) -> Result<(), TenancyError> {
    let standing = standing::hold(work, actor, organization).await?;
    standing.authority.manage(role)?;
    standing.shared(organization)?;
    let member = membership(work, actor, organization, user).await?;
    standing.authority.manage(&member.role)?;
    if member.role == *role {
        return Ok(());
    }
    if actor.person() == Some(user) {
        if standing.authority != Authority::Member(Rank::Owner) {
            return Err(Forbidden::OwnRole.into());
        }
        standing::within_reach(work, actor, organization, role).await?;
    }
    standing::may_give(work, actor, standing.authority, (organization, role)).await?;
    let now = work.now();
    if !store::set_member_role(work.connection()?, organization, user, role, now).await? {
        return Err(last_owner(organization, user));
    }
    let event = Event::MemberRoleChanged {
        organization: organization.clone(),
        user: user.clone(),
        role: role.to_string(),
    };
    Ok(audit::record_by(work, event, actor.person()).await?)
}

/// Says whether a member makes workspaces of their own without managing the organization's; another role takes it away.
pub async fn set_workspace_creation(
    work: &mut UnitOfWork,
    actor: &Actor,
    (organization, user): (&OrganizationId, &UserId),
    creation: WorkspaceCreation,
) -> Result<(), TenancyError> {
    let standing = standing::hold(work, actor, organization).await?;
    standing.authority.require(Permission::ManageTeam)?;
    standing.shared(organization)?;
    let member = membership(work, actor, organization, user).await?;
    standing.authority.manage(&member.role)?;
    if member.workspace_creation == creation {
        return Ok(());
    }
    let now = work.now();
    store::set_workspace_creation(work.connection()?, organization, user, creation, now).await?;
    let event = Event::MemberWorkspaceCreationChanged {
        organization: organization.clone(),
        user: user.clone(),
        allowed: creation.flag(),
    };
    Ok(audit::record_by(work, event, actor.person()).await?)
}

/// One person's membership, joined or not.
pub async fn find(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<Option<Member>, TenancyError> {
    if actor.person() != Some(user) {
        standing::see(work, actor, organization).await?;
    }
    Ok(store::find_member(work.connection()?, organization, user).await?)
}

/// A page of everyone who belongs to an organization or is asked to, after the given person, in the order of their
/// ids.
pub async fn list(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
    after: Option<&UserId>,
    limit: u16,
) -> Result<Vec<Member>, TenancyError> {
    let standing = standing::see(work, actor, organization).await?;
    standing.authority.require(Permission::ViewMembers)?;
    let after = after.map_or("", UserId::as_str);
    Ok(store::list_members(work.connection()?, organization, after, i64::from(limit)).await?)
}

/// How many have joined.
pub async fn count(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
) -> Result<i64, TenancyError> {
    let standing = standing::see(work, actor, organization).await?;
    standing.authority.require(Permission::ViewMembers)?;
    Ok(store::count_joined(work.connection()?, organization).await?)
}

/// Where a person has joined and may act, of all organizations or of one: what services are told.
pub async fn active(
    work: &mut UnitOfWork,
    user: &UserId,
    organization: Option<&OrganizationId>,
) -> Result<Vec<(OrganizationId, MemberRole)>, DatabaseError> {
    store::active_memberships(work.connection()?, user, organization).await
}

/// Every membership of a person, joined or not, in organizations that are not deleted.
pub async fn of_user(work: &mut UnitOfWork, user: &UserId) -> Result<Vec<Belonging>, DatabaseError> {
    store::list_memberships(work.connection()?, user).await
}

async fn membership(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<Member, TenancyError> {
    store::find_member(work.connection()?, organization, user)
        .await?
        .ok_or_else(|| not_a_member(actor, organization, user))
}

/// Who asks for themselves and does not belong to it learns not even that it exists.
fn not_a_member(actor: &Actor, organization: &OrganizationId, user: &UserId) -> TenancyError {
    if actor.person() == Some(user) {
        TenancyError::Unknown(organization.clone())
    } else {
        TenancyError::NotMember {
            organization: organization.clone(),
            user: user.clone(),
        }
    }
}

fn last_owner(organization: &OrganizationId, user: &UserId) -> TenancyError {
    TenancyError::LastOwner {
        organization: organization.clone(),
        user: user.clone(),
    }
}
