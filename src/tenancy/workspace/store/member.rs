//! Owns the statements on `auth.workspace_members`.

use crate::base::clock::Timestamp;
use crate::base::id::{OrganizationId, UserId, WorkspaceId};
use crate::db::{DatabaseError, PgConnection, constraint};
use crate::tenancy::workspace::error::WorkspaceError;
use crate::tenancy::workspace::types::{WorkspaceMember, WorkspaceRole};

/// Gives a joined member of the organization a place in one of its workspaces; false if they have not joined.
pub(in crate::tenancy::workspace) async fn insert_member(
    connection: &mut PgConnection,
    workspace: &WorkspaceId,
    user: &UserId,
    role: WorkspaceRole,
    now: Timestamp,
) -> Result<bool, WorkspaceError> {
    let done = sqlx::query!(
        "insert into auth.workspace_members (
             workspace_id, organization_id, user_id, role, created_at, updated_at)
         select w.id, w.organization_id, m.user_id, $3, $4::timestamptz, $4
         from auth.workspaces w
         join auth.members m on m.organization_id = w.organization_id
         where w.id = $1
           and m.user_id = $2
           and m.joined_at is not null",
        workspace.as_str(),
        user.as_str(),
        role.name(),
        now,
    )
    .execute(connection)
    .await
    .map_err(|error| match constraint::violated(&error) {
        Some("workspace_members_pkey") => WorkspaceError::AlreadyMember {
            workspace: workspace.clone(),
            user: user.clone(),
        },
        _ => error.into(),
    })?;
    Ok(done.rows_affected() == 1)
}

/// Gives a workspace that was just made its first owner, who has joined the organization.
pub(in crate::tenancy::workspace) async fn insert_owner(
    connection: &mut PgConnection,
    workspace: &WorkspaceId,
    organization: &OrganizationId,
    owner: &UserId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into auth.workspace_members (
             workspace_id, organization_id, user_id, role, created_at, updated_at)
         values ($1, $2, $3, 'owner', $4, $4)",
        workspace.as_str(),
        organization.as_str(),
        owner.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The role of somebody in a workspace.
pub(in crate::tenancy::workspace) async fn role_of(
    connection: &mut PgConnection,
    workspace: &WorkspaceId,
    user: &UserId,
) -> Result<Option<WorkspaceRole>, DatabaseError> {
    sqlx::query_scalar!(
        "select role from auth.workspace_members where workspace_id = $1 and user_id = $2",
        workspace.as_str(),
        user.as_str(),
    )
    .fetch_optional(connection)
    .await?
    .map(|name| role(&name))
    .transpose()
}

/// Changes a role unless that takes the last owner away. The workspace is locked.
pub(in crate::tenancy::workspace) async fn set_role(
    connection: &mut PgConnection,
    workspace: &WorkspaceId,
    user: &UserId,
    role: WorkspaceRole,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.workspace_members m
         set role = $3,
             updated_at = $4
         where m.workspace_id = $1
           and m.user_id = $2
           and ($3 = 'owner'
                or m.role <> 'owner'
                or exists (
                    select from auth.workspace_members other
                    where other.workspace_id = m.workspace_id
                      and other.user_id <> m.user_id
                      and other.role = 'owner'))",
        workspace.as_str(),
        user.as_str(),
        role.name(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes somebody's place away unless it is the last owner's. The workspace is locked.
pub(in crate::tenancy::workspace) async fn delete_member(
    connection: &mut PgConnection,
    workspace: &WorkspaceId,
    user: &UserId,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "delete from auth.workspace_members m
         where m.workspace_id = $1
           and m.user_id = $2
           and (m.role <> 'owner'
                or exists (
                    select from auth.workspace_members other
                    where other.workspace_id = m.workspace_id
                      and other.user_id <> m.user_id
                      and other.role = 'owner'))",
        workspace.as_str(),
        user.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A page of a workspace's members in the order of their ids.
pub(in crate::tenancy::workspace) async fn list_members(
    connection: &mut PgConnection,
    workspace: &WorkspaceId,
    after: &str,
    limit: i64,
) -> Result<Vec<WorkspaceMember>, DatabaseError> {
    sqlx::query!(
        "select user_id, role
         from auth.workspace_members
         where workspace_id = $1
           and user_id > $2
         order by user_id
         limit $3",
        workspace.as_str(),
        after,
        limit,
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(|row| {
        Ok(WorkspaceMember {
            workspace_id: workspace.clone(),
            user_id: UserId::from_text(row.user_id),
            role: role(&row.role)?,
        })
    })
    .collect()
}

fn role(name: &str) -> Result<WorkspaceRole, DatabaseError> {
    WorkspaceRole::parse(name).ok_or(DatabaseError::Inconsistent {
        table: "auth.workspace_members",
        problem: "an unknown role",
    })
}
