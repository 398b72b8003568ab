//! Owns the statements on `spaces.module_permissions` and `spaces.module_allowlist`.

use sqlx::Connection as _;

use super::access::{ModuleAccess, ModuleId, ModulePermission};
use crate::base::clock::Timestamp;
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, PgConnection};
use crate::tenancy::member::MemberRole;

/// Makes the list in the database the given one: pairs of a type and a module. A module that is gone cuts off every
/// organization of its type (`spaces.bump_type_epoch`), which may take longer than a request's statement may.
pub(super) async fn publish_allowlist(
    connection: &mut sqlx::PgConnection,
    types: &[String],
    modules: &[String],
) -> Result<(), DatabaseError> {
    let mut transaction = connection.begin().await?;
    sqlx::query!("select set_config('statement_timeout', '300s', true)")
        .fetch_one(&mut *transaction)
        .await?;
    sqlx::query!(
        "with wanted as (
             select distinct w.organization_type, w.module_id
             from unnest($1::text[], $2::text[]) as w (organization_type, module_id)
         ), gone as (
             delete from spaces.module_allowlist a
             where not exists (
                 select from wanted w
                 where w.organization_type = a.organization_type
                   and w.module_id = a.module_id)
         )
         insert into spaces.module_allowlist (organization_type, module_id)
         select w.organization_type, w.module_id
         from wanted w
         order by w.organization_type, w.module_id
         on conflict do nothing",
        types,
        modules,
    )
    .execute(&mut *transaction)
    .await?;
    Ok(transaction.commit().await?)
}

/// Writes an entry; false if the type of the organization does not have the module.
pub(super) async fn set_module_permission(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    permission: &ModulePermission,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let access = permission.access;
    let done = sqlx::query!(
        "insert into spaces.module_permissions (
             space_id, role, module_id, can_read, can_write, can_admin, updated_at)
         select o.id, $2, $3, $4, $5, $6, $7::timestamptz
         from auth.organizations o
         where o.id = $1
           and exists (
               select from spaces.module_allowlist a
               where a.organization_type = o.type
                 and a.module_id in ($3, '*'))
         on conflict (space_id, role, module_id) do update
         set can_read = excluded.can_read,
             can_write = excluded.can_write,
             can_admin = excluded.can_admin,
             updated_at = excluded.updated_at",
        organization.as_str(),
        permission.role.as_str(),
        permission.module.as_str(),
        access >= ModuleAccess::Read,
        access >= ModuleAccess::Write,
        access >= ModuleAccess::Admin,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many entries a role has for other modules.
pub(super) async fn count_module_permissions(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    role: &MemberRole,
    beside: &ModuleId,
) -> Result<i64, DatabaseError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from spaces.module_permissions
           where space_id = $1
             and role = $2
             and module_id <> $3"#,
        organization.as_str(),
        role.as_str(),
        beside.as_str(),
    )
    .fetch_one(connection)
    .await?)
}

/// Deletes an entry.
pub(super) async fn clear_module_permission(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    role: &MemberRole,
    module: &ModuleId,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "delete from spaces.module_permissions
         where space_id = $1
           and role = $2
           and module_id = $3",
        organization.as_str(),
        role.as_str(),
        module.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A page of an organization's entries after the given role and module.
pub(super) async fn list_module_permissions(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    role: &str,
    module: &str,
    limit: i64,
) -> Result<Vec<ModulePermission>, DatabaseError> {
    let rows = sqlx::query!(
        "select role, module_id, can_read, can_write, can_admin
         from spaces.module_permissions
         where space_id = $1
           and (role, module_id) > ($2, $3)
         order by role, module_id
         limit $4",
        organization.as_str(),
        role,
        module,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ModulePermission {
            role: MemberRole::from_stored(row.role),
            module: ModuleId::from_stored(row.module_id),
            access: match (row.can_read, row.can_write, row.can_admin) {
                (_, _, true) => ModuleAccess::Admin,
                (_, true, false) => ModuleAccess::Write,
                (true, false, false) => ModuleAccess::Read,
                (false, false, false) => ModuleAccess::None,
            },
        })
        .collect())
}

/// What a role may do with each module: the rule itself, which tokens use too.
pub(super) async fn module_rights(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    role: &MemberRole,
) -> Result<Vec<(ModuleId, ModuleAccess)>, DatabaseError> {
    let rows = sqlx::query!(
        r#"select module_id as "module_id!", access as "access!"
           from spaces.module_rights($1, $2)
           order by module_id"#,
        organization.as_str(),
        role.as_str(),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| Ok((ModuleId::from_stored(row.module_id), access(&row.access)?)))
        .collect()
}

/// What a joined member may do with one module; nothing for everybody else.
pub(super) async fn module_access(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    user: &UserId,
    module: &ModuleId,
) -> Result<ModuleAccess, DatabaseError> {
    let letters = sqlx::query_scalar!(
        r#"select spaces.module_access(m.organization_id, m.role, $3) as "access!"
           from auth.members m
           where m.organization_id = $1
             and m.user_id = $2
             and m.joined_at is not null"#,
        organization.as_str(),
        user.as_str(),
        module.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    letters.map_or(Ok(ModuleAccess::None), |letters| access(&letters))
}

/// The first module with which a role may do something that a joined member may not. Who is none has nothing, so that
/// nothing is within their reach.
pub(super) async fn module_beyond(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    user: &UserId,
    role: &MemberRole,
) -> Result<Option<ModuleId>, DatabaseError> {
    let beyond = sqlx::query_scalar!(
        "select spaces.module_beyond(m.organization_id, $3, m.role)
         from auth.members m
         where m.organization_id = $1
           and m.user_id = $2
           and m.joined_at is not null",
        organization.as_str(),
        user.as_str(),
        role.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    let beyond = beyond.unwrap_or_else(|| Some(ModuleId::EVERY.to_owned()));
    Ok(beyond.map(ModuleId::from_stored))
}

/// What a role may do with one module.
pub(super) async fn role_access(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    role: &MemberRole,
    module: &ModuleId,
) -> Result<ModuleAccess, DatabaseError> {
    let letters = sqlx::query_scalar!(
        r#"select spaces.module_access($1, $2, $3) as "access!""#,
        organization.as_str(),
        role.as_str(),
        module.as_str(),
    )
    .fetch_one(connection)
    .await?;
    access(&letters)
}

fn access(letters: &str) -> Result<ModuleAccess, DatabaseError> {
    ModuleAccess::from_letters(letters).ok_or(DatabaseError::Inconsistent {
        table: "spaces.module_permissions",
        problem: "an unknown kind of access",
    })
}
