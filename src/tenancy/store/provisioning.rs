//! Owns the statements on the global organization: which one it is, and that new people join it.

use crate::base::clock::Timestamp;
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, PgConnection, constraint};
use crate::tenancy::error::TenancyError;

/// Writes a membership in the global organization; none if there is no such organization, or they are in it.
pub(in crate::tenancy) async fn insert_global_member(
    connection: &mut PgConnection,
    user: &UserId,
    now: Timestamp,
) -> Result<Option<OrganizationId>, DatabaseError> {
    let id = sqlx::query_scalar!(
        "insert into auth.members (organization_id, user_id, role, joined_at, created_at, updated_at)
         select o.id, u.id, 'member', $2::timestamptz, $2, $2
         from auth.organizations o
         cross join auth.users u
         where o.is_global
           and o.deleted_at is null
           and u.id = $1
           and u.deleted_at is null
         for no key update of u
         on conflict (user_id, organization_id) do nothing
         returning organization_id",
        user.as_str(),
        now,
    )
    .fetch_optional(connection)
    .await?;
    Ok(id.map(OrganizationId::from_text))
}

/// Makes an organization the global one.
pub(in crate::tenancy) async fn set_global(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    now: Timestamp,
) -> Result<(), TenancyError> {
    sqlx::query!(
        "update auth.organizations
         set is_global = true,
             updated_at = $2
         where id = $1
           and not is_global",
        organization.as_str(),
        now,
    )
    .execute(connection)
    .await
    .map_err(|error| match constraint::violated(&error) {
        Some("organizations_one_global") => TenancyError::AnotherIsGlobal,
        _ => error.into(),
    })?;
    Ok(())
}

/// Whether an organization is the global one.
pub(in crate::tenancy) async fn is_global(
    connection: &mut PgConnection,
    organization: &OrganizationId,
) -> Result<bool, DatabaseError> {
    let global = sqlx::query_scalar!(
        "select is_global from auth.organizations where id = $1",
        organization.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(global == Some(true))
}
