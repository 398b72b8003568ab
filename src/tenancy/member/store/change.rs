//! Owns the statements that change and end memberships. The organization is locked.

use crate::base::clock::Timestamp;
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, PgConnection};
use crate::tenancy::member::role::MemberRole;
use crate::tenancy::member::types::WorkspaceCreation;

/// Changes a role unless that takes the last joined owner away. The organization is locked.
pub(in crate::tenancy::member) async fn set_role(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    user: &UserId,
    role: &MemberRole,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.members m
         set role = $3,
             can_create_workspaces = false,
             updated_at = $4
         where m.organization_id = $1
           and m.user_id = $2
           and ($3 = 'owner'
                or m.role <> 'owner'
                or m.joined_at is null
                or exists (
                    select from auth.members other
                    join auth.users u on u.id = other.user_id
                    where other.organization_id = m.organization_id
                      and other.user_id <> m.user_id
                      and other.role = 'owner'
                      and other.joined_at is not null
                      and u.deleted_at is null
                      and u.status in ('active', 'waitlist')))",
        organization.as_str(),
        user.as_str(),
        role.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Says whether a member makes workspaces. The organization is locked.
pub(in crate::tenancy::member) async fn set_workspace_creation(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    user: &UserId,
    creation: WorkspaceCreation,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.members
         set can_create_workspaces = $3,
             updated_at = $4
         where organization_id = $1
           and user_id = $2",
        organization.as_str(),
        user.as_str(),
        creation.flag(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Deletes a membership unless it is the last joined owner's. The organization is locked.
pub(in crate::tenancy::member) async fn delete_member(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "delete from auth.members m
         where m.organization_id = $1
           and m.user_id = $2
           and (m.role <> 'owner'
                or m.joined_at is null
                or exists (
                    select from auth.members other
                    join auth.users u on u.id = other.user_id
                    where other.organization_id = m.organization_id
                      and other.user_id <> m.user_id
                      and other.role = 'owner'
                      and other.joined_at is not null
                      and u.deleted_at is null
                      and u.status in ('active', 'waitlist')))",
        organization.as_str(),
        user.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes every membership and invitation of a person, and with them their places in workspaces.
pub(in crate::tenancy::member) async fn delete_all_of(
    connection: &mut PgConnection,
    user: &UserId,
) -> Result<Vec<OrganizationId>, DatabaseError> {
    let ids = sqlx::query_scalar!(
        "delete from auth.members where user_id = $1 returning organization_id",
        user.as_str(),
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(OrganizationId::from_text).collect())
}
