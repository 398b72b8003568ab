//! Owns who is in a workspace. It keeps an owner as long as its owners belong to the organization: whoever leaves the
//! organization leaves its workspaces in the same statement, and then the organization's owners and admins manage
//! them.

use super::error::WorkspaceError;
use super::service::{known, manage};
use super::store;
use super::types::{WorkspaceMember, WorkspaceRole};
use crate::audit::{self, WorkspaceEvent};
use crate::base::id::{OrganizationId, UserId, WorkspaceId};
use crate::db::UnitOfWork;
use crate::tenancy::authority;

/// Gives somebody who has joined the organization a place in a workspace.
pub async fn add(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    id: &WorkspaceId,
    user: &UserId,
    role: WorkspaceRole,
) -> Result<(), WorkspaceError> {
    let own = manage_in_use(work, organization, id).await?;
    not_above(own, role)?;
    let now = work.now();
    if !store::insert_member(work.connection()?, id, user, role, now).await? {
        return Err(WorkspaceError::NotJoined {
            organization: organization.clone(),
            user: user.clone(),
        });
    }
    let event = WorkspaceEvent::MemberAdded {
        workspace: id.clone(),
        user: user.clone(),
        role: role.name(),
    };
    Ok(audit::record(work, event).await?)
}

/// Gives somebody another role in a workspace that is not archived; the last owner stays one.
pub async fn set_role(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    id: &WorkspaceId,
    user: &UserId,
    role: WorkspaceRole,
) -> Result<(), WorkspaceError> {
    let own = manage_in_use(work, organization, id).await?;
    not_above(own, current(work, id, user).await?)?;
    not_above(own, role)?;
    let now = work.now();
    if !store::set_role(work.connection()?, id, user, role, now).await? {
        return Err(last_owner(id, user));
    }
    let event = WorkspaceEvent::MemberRoleChanged {
        workspace: id.clone(),
        user: user.clone(),
        role: role.name(),
    };
    Ok(audit::record(work, event).await?)
}

/// Takes somebody's place in a workspace away that is not archived; never the last owner's. Everybody may give up
/// their own, in an archived one too.
pub async fn remove(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    id: &WorkspaceId,
    user: &UserId,
) -> Result<(), WorkspaceError> {
    if work.actor().person() == Some(user) {
        let access = authority::lock(work, organization).await?;
        known(work, access, organization, id).await?;
        current(work, id, user).await?;
    } else {
        let own = manage_in_use(work, organization, id).await?;
        not_above(own, current(work, id, user).await?)?;
    }
    if !store::delete_member(work.connection()?, id, user).await? {
        return Err(last_owner(id, user));
    }
    let event = WorkspaceEvent::MemberRemoved {
        workspace: id.clone(),
        user: user.clone(),
    };
    Ok(audit::record(work, event).await?)
}

/// Who is in a workspace, after the given person, in the order of their ids; for whoever may know of it.
pub async fn list(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    id: &WorkspaceId,
    after: Option<&UserId>,
    limit: u16,
) -> Result<Vec<WorkspaceMember>, WorkspaceError> {
    let access = authority::read(work, organization).await?;
    known(work, access, organization, id).await?;
    let after = after.map_or("", UserId::as_str);
    Ok(store::list_members(work.connection()?, id, after, i64::from(limit)).await?)
}

/// The rank with which the asker manages a workspace that is not archived: who is in an archived one stays as it is.
async fn manage_in_use(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    id: &WorkspaceId,
) -> Result<WorkspaceRole, WorkspaceError> {
    let (workspace, own) = manage(work, organization, id).await?;
    if workspace.archived_at.is_some() {
        return Err(WorkspaceError::Archived(id.clone()));
    }
    Ok(own)
}

/// What somebody is in a workspace.
async fn current(
    work: &mut UnitOfWork,
    workspace: &WorkspaceId,
    user: &UserId,
) -> Result<WorkspaceRole, WorkspaceError> {
    store::role_of(work.connection()?, workspace, user)
        .await?
        .ok_or_else(|| WorkspaceError::NotMember {
            workspace: workspace.clone(),
            user: user.clone(),
        })
}

fn not_above(own: WorkspaceRole, role: WorkspaceRole) -> Result<(), WorkspaceError> {
    if role > own {
        return Err(WorkspaceError::AboveOwn(own));
    }
    Ok(())
}

fn last_owner(workspace: &WorkspaceId, user: &UserId) -> WorkspaceError {
    WorkspaceError::LastOwner {
        workspace: workspace.clone(),
        user: user.clone(),
    }
}
