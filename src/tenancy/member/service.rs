//! Owns what changes who belongs to an organization, and as what. It always keeps an owner who joined and can act: writes that could take the
//! last one away lock the organization first, and carry the condition themselves.

use super::error::MemberError;
use super::find::{membership, not_a_member};
use super::join::activate;
use super::role::MemberRole;
use super::store::{self, MemberRow};
use super::types::{Joining, WorkspaceCreation};
use crate::audit::{self, MemberEvent};
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::tenancy::authority::{self, Authority, Forbidden, Permission, Rank};
use crate::tenancy::error::TenancyError;
use crate::tenancy::invitation;
use crate::tenancy::organization::{self, OrganizationType};

/// Makes a person a member, or asks them to come. Members can only ask.
pub async fn add(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    user: &UserId,
    role: &MemberRole,
    joining: Joining,
) -> Result<(), MemberError> {
    let access = authority::lock(work, organization).await?;
    authority::may_give(work, access.authority, organization, role).await?;
    if joining == Joining::Now {
        access.authority.add_unasked()?;
    }
    access.shared(organization)?;
    let actor = work.actor();
    let row = MemberRow {
        organization,
        user,
        role,
        joining,
        invited_by: actor.person(),
    };
    let now = work.now();
    if !store::insert_member(work.connection()?, &row, now).await? {
        return Err(TenancyError::UnknownUser(user.clone()).into());
    }
    if joining == Joining::Now {
        activate(work, organization, user).await?;
    }
    let (organization, user, role) = (organization.clone(), user.clone(), role.to_string());
    let event = match joining {
        Joining::Now => MemberEvent::Added {
            organization,
            user,
            role,
        },
        Joining::Invited => MemberEvent::Invited {
            organization,
            user,
            role,
        },
    };
    Ok(audit::record(work, event).await?)
}

/// Turns a pending membership into a joined one: by the person's own act, if whoever asked them could still do so.
/// Who joined already stays what they are.
pub async fn join(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<(), MemberError> {
    let own = work.actor().person() == Some(user);
    if !own && authority::lock(work, organization).await?.authority != Authority::Unlimited {
        return Err(Forbidden::NotAsked.into());
    }
    let locked = organization::lock(work, organization).await?;
    let suspended = locked
        .ok_or_else(|| TenancyError::Unknown(organization.clone()))?
        .suspended;
    let Some(member) = store::find_member(work.connection()?, organization, user).await? else {
        return Err(not_a_member(work, organization, user));
    };
    if member.joined_at.is_some() {
        return Ok(());
    }
    if suspended && own {
        return Err(TenancyError::Suspended(organization.clone()).into());
    }
    let inviter = member.invited_by.as_ref();
    if !authority::still_may_give(work, organization, inviter, &member.role).await? {
        return Err(MemberError::InviterGone);
    }
    let now = work.now();
    let Some(role) = store::set_joined(work.connection()?, organization, user, now).await? else {
        return Err(not_a_member(work, organization, user));
    };
    activate(work, organization, user).await?;
    let event = MemberEvent::Added {
        organization: organization.clone(),
        user: user.clone(),
        role,
    };
    Ok(audit::record(work, event).await?)
}

/// Ends a membership, joined or not, with what is pending for the person's proven address, as far as the actor could
/// have sent it; never the last owner's, and nobody's in a personal space. Everyone may end their own, also in an
/// organization that is suspended.
pub async fn remove(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<(), MemberError> {
    let authority = if work.actor().person() == Some(user) {
        let locked = organization::lock(work, organization).await?;
        let kind = locked
            .ok_or_else(|| TenancyError::Unknown(organization.clone()))?
            .organization_type;
        membership(work, organization, user).await?;
        if kind == OrganizationType::Personal {
            return Err(TenancyError::PersonalSpace(organization.clone()).into());
        }
        Authority::Unlimited
    } else {
        let access = authority::lock(work, organization).await?;
        access.authority.require(Permission::ManageTeam)?;
        access.shared(organization)?;
        let member = membership(work, organization, user).await?;
        access.authority.manage(&member.role)?;
        access.authority
    };
    // Invitations before memberships, as where a person is deleted.
    invitation::revoke_of(work, authority, user, Some(organization)).await?;
    if !store::delete_member(work.connection()?, organization, user).await? {
        membership(work, organization, user).await?;
        return Err(last_owner(organization, user));
    }
    let event = MemberEvent::Removed {
        organization: organization.clone(),
        user: user.clone(),
    };
    Ok(audit::record(work, event).await?)
}

/// Gives a member another role; the last owner stays one. Nobody changes their own, which could lead out of what they
/// are denied: an owner steps down, to a role that may do no more.
pub async fn set_role(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    user: &UserId,
    role: &MemberRole,
) -> Result<(), MemberError> {
    let access = authority::lock(work, organization).await?;
    access.authority.manage(role)?;
    access.shared(organization)?;
    let member = membership(work, organization, user).await?;
    access.authority.manage(&member.role)?;
    if member.role == *role {
        return Ok(());
    }
    if work.actor().person() == Some(user) {
        if access.authority != Authority::Member(Rank::Owner) {
            return Err(Forbidden::OwnRole.into());
        }
        authority::within_modules(work, organization, role).await?;
    }
    authority::may_give(work, access.authority, organization, role).await?;
    let now = work.now();
    if !store::set_role(work.connection()?, organization, user, role, now).await? {
        return Err(last_owner(organization, user));
    }
    let event = MemberEvent::RoleChanged {
        organization: organization.clone(),
        user: user.clone(),
        role: role.to_string(),
    };
    Ok(audit::record(work, event).await?)
}

/// Says whether a member makes workspaces of their own without managing the organization's; another role takes it away.
pub async fn set_workspace_creation(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    user: &UserId,
    creation: WorkspaceCreation,
) -> Result<(), MemberError> {
    let access = authority::lock(work, organization).await?;
    access.authority.require(Permission::ManageTeam)?;
    access.shared(organization)?;
    let member = membership(work, organization, user).await?;
    access.authority.manage(&member.role)?;
    if member.workspace_creation == creation {
        return Ok(());
    }
    let now = work.now();
    store::set_workspace_creation(work.connection()?, organization, user, creation, now).await?;
    let event = MemberEvent::WorkspaceCreationChanged {
        organization: organization.clone(),
        user: user.clone(),
        allowed: creation.flag(),
    };
    Ok(audit::record(work, event).await?)
}

/// Ends every membership of a person who is deleted, and with them their places in workspaces; where they were. Its caller
/// records it.
pub(in crate::tenancy) async fn end_all_of(
    work: &mut UnitOfWork,
    user: &UserId,
) -> Result<Vec<OrganizationId>, DatabaseError> {
    store::delete_all_of(work.connection()?, user).await
}

fn last_owner(organization: &OrganizationId, user: &UserId) -> MemberError {
    MemberError::LastOwner {
        organization: organization.clone(),
        user: user.clone(),
    }
}
