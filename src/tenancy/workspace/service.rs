//! Owns what is done with workspaces, each in its caller's transaction, and who may do it: the organization's owners
//! and admins with every one, a workspace's owners and managers with theirs; members who may, make some. Everybody else
//! in the organization knows of those that they are in.

use super::error::WorkspaceError;
use super::store::{self, WorkspaceRow};
use super::types::{NewWorkspace, Workspace, WorkspaceKind, WorkspaceRole, checked_name};
use super::{quota, slug};
use crate::audit::{self, WorkspaceEvent};
use crate::base::id::{OrganizationId, WorkspaceId, stored_form};
use crate::config::QuotaSettings;
use crate::db::{DatabaseError, UnitOfWork};
use crate::tenancy::authority::{self, OrganizationAccess, Permission};
use crate::tenancy::member;

/// Makes a workspace. Its first owner is the one that was named, else whoever asks. A member who may make workspaces but
/// not manage the organization's makes some of their own.
pub async fn create(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    new: &NewWorkspace,
    quotas: &QuotaSettings,
) -> Result<WorkspaceId, WorkspaceError> {
    let actor = work.actor();
    let access = authority::lock(work, organization).await?;
    if let Err(refused) = access.authority.require(Permission::ManageWorkspaces) {
        let own = new.owner.is_none() || new.owner.as_ref() == actor.person();
        let allowed = match actor.person() {
            Some(person) if own => member::makes_workspaces(work, organization, person).await?,
            _ => false,
        };
        if !allowed {
            return Err(refused.into());
        }
    }
    let owner = new.owner.as_ref().or(actor.person());
    quota::for_one_more(work, organization, owner, quotas).await?;
    let now = work.now();
    let id = WorkspaceId::new(now, work.entropy());
    let row = WorkspaceRow {
        id: &id,
        organization,
        name: &new.name,
        kind: WorkspaceKind::Project,
        owner,
    };
    slug::insert(work, &row, new.slug.as_ref()).await?;
    let created = WorkspaceEvent::Created {
        organization: organization.clone(),
        workspace: id.clone(),
    };
    audit::record(work, created).await?;
    if let Some(owner) = owner {
        let role = WorkspaceRole::Owner;
        if !store::insert_member(work.connection()?, &id, owner, role, now).await? {
            return Err(WorkspaceError::NotJoined {
                organization: organization.clone(),
                user: owner.clone(),
            });
        }
        let added = WorkspaceEvent::MemberAdded {
            workspace: id.clone(),
            user: owner.clone(),
            role: role.name(),
        };
        audit::record(work, added).await?;
    }
    Ok(id)
}

/// A workspace by id or slug, for whoever may know of it.
pub async fn find(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    reference: &str,
) -> Result<Option<Workspace>, WorkspaceError> {
    let access = authority::read(work, organization).await?;
    let found = store::find(work.connection()?, organization, &stored_form(reference)).await?;
    let Some(workspace) = found else { return Ok(None) };
    let role = role_in(work, access, &workspace.id).await?;
    Ok(role.map(|_| workspace))
}

/// A page of an organization's workspaces after the given id: those that the asker may know of.
pub async fn list(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    after: Option<&WorkspaceId>,
    limit: u16,
) -> Result<Vec<Workspace>, WorkspaceError> {
    let access = authority::read(work, organization).await?;
    let only_own = access.authority.require(Permission::ManageWorkspaces).is_err();
    let actor = work.actor();
    let of = actor.person().filter(|_| only_own);
    let after = after.map_or("", WorkspaceId::as_str);
    Ok(store::list(work.connection()?, organization, of, after, i64::from(limit)).await?)
}

/// Gives a workspace another name; its slug stays.
pub async fn rename(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    id: &WorkspaceId,
    name: &str,
) -> Result<(), WorkspaceError> {
    let name = checked_name(name)?;
    manage(work, organization, id).await?;
    let now = work.now();
    if !store::set_name(work.connection()?, id, &name, now).await? {
        return Err(WorkspaceError::Archived(id.clone()));
    }
    let event = WorkspaceEvent::Renamed {
        organization: organization.clone(),
        workspace: id.clone(),
    };
    Ok(audit::record(work, event).await?)
}

/// Archives a workspace: it stays to be looked at, nobody works in it. Archiving twice keeps the first time.
pub async fn archive(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    id: &WorkspaceId,
) -> Result<(), WorkspaceError> {
    let workspace = manage(work, organization, id).await?.0;
    if workspace.kind == WorkspaceKind::Personal {
        return Err(WorkspaceError::Personal(id.clone()));
    }
    let now = work.now();
    if store::set_archived(work.connection()?, id, Some("archived"), now).await? {
        let event = WorkspaceEvent::Archived {
            organization: organization.clone(),
            workspace: id.clone(),
        };
        audit::record(work, event).await?;
    }
    Ok(())
}

/// Takes a workspace out of the archive, if there is room for it.
pub async fn unarchive(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    id: &WorkspaceId,
    quotas: &QuotaSettings,
) -> Result<(), WorkspaceError> {
    let workspace = manage(work, organization, id).await?.0;
    if workspace.archived_at.is_none() {
        return Ok(());
    }
    let maker = workspace.owner_user_id.as_ref();
    quota::for_one_more(work, organization, maker, quotas).await?;
    let now = work.now();
    if store::set_archived(work.connection()?, id, None, now).await? {
        let event = WorkspaceEvent::Unarchived {
            organization: organization.clone(),
            workspace: id.clone(),
        };
        audit::record(work, event).await?;
    }
    Ok(())
}

/// Archives every workspace of an organization that ends. Its caller has decided that and records it.
pub(in crate::tenancy) async fn archive_all_of(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    reason: &str,
) -> Result<(), DatabaseError> {
    let now = work.now();
    store::archive_all_of(work.connection()?, organization, reason, now).await
}

/// The workspace, and the rank with which the asker manages it. The organization is locked from here on, so that
/// whoever was demoted a moment ago is judged by what they are now.
pub(super) async fn manage(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    id: &WorkspaceId,
) -> Result<(Workspace, WorkspaceRole), WorkspaceError> {
    let access = authority::lock(work, organization).await?;
    let (workspace, role) = known(work, access, organization, id).await?;
    if role < WorkspaceRole::Manager {
        return Err(WorkspaceError::NotManager);
    }
    Ok((workspace, role))
}

/// The workspace, and what the asker is in it, if they may know of it.
pub(super) async fn known(
    work: &mut UnitOfWork,
    access: OrganizationAccess,
    organization: &OrganizationId,
    id: &WorkspaceId,
) -> Result<(Workspace, WorkspaceRole), WorkspaceError> {
    let unknown = || WorkspaceError::Unknown(id.clone());
    let workspace = store::find(work.connection()?, organization, id.as_str())
        .await?
        .filter(|workspace| workspace.id == *id)
        .ok_or_else(unknown)?;
    let role = role_in(work, access, id).await?.ok_or_else(unknown)?;
    Ok((workspace, role))
}

/// What the asker is in a workspace: who manages all of the organization's is as good as an owner.
async fn role_in(
    work: &mut UnitOfWork,
    access: OrganizationAccess,
    id: &WorkspaceId,
) -> Result<Option<WorkspaceRole>, DatabaseError> {
    let actor = work.actor();
    match actor.person() {
        Some(person) if access.authority.require(Permission::ManageWorkspaces).is_err() => {
            store::role_of(work.connection()?, id, person).await
        }
        _ => Ok(Some(WorkspaceRole::Owner)),
    }
}
