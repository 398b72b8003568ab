//! Owns the statements that make somebody a member, or ask them to be one.

use crate::base::clock::Timestamp;
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, PgConnection, constraint};
use crate::tenancy::member::error::MemberError;
use crate::tenancy::member::role::MemberRole;
use crate::tenancy::member::types::{Joining, JoinsAs};

/// Writes the first owner's membership; false if there is no such person.
pub(in crate::tenancy::member) async fn insert_owner(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    user: &UserId,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "insert into auth.members (organization_id, user_id, role, joined_at, created_at, updated_at)
         select $1, u.id, 'owner', $3::timestamptz, $3, $3
         from auth.users u
         where u.id = $2
           and u.deleted_at is null
         for no key update of u",
        organization.as_str(),
        user.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A membership to be written.
pub(in crate::tenancy::member) struct MemberRow<'a> {
    pub(in crate::tenancy::member) organization: &'a OrganizationId,
    pub(in crate::tenancy::member) user: &'a UserId,
    pub(in crate::tenancy::member) role: &'a MemberRole,
    pub(in crate::tenancy::member) joining: Joining,
    pub(in crate::tenancy::member) invited_by: Option<&'a UserId>,
}

/// Writes a membership in a shared organization; false if organization or person do not exist. The person is locked:
/// a deletion that is under way either sees the membership, or is seen.
pub(in crate::tenancy::member) async fn insert_member(
    connection: &mut PgConnection,
    row: &MemberRow<'_>,
    now: Timestamp,
) -> Result<bool, MemberError> {
    let done = sqlx::query!(
        "insert into auth.members (
             organization_id, user_id, role, invited_at, joined_at, invited_by, created_at, updated_at)
         select o.id,
                u.id,
                $3,
                case when $4 then null else $5::timestamptz end,
                case when $4 then $5 end,
                $6,
                $5,
                $5
         from auth.organizations o
         cross join auth.users u
         where o.id = $1
           and o.type <> 'personal'
           and o.deleted_at is null
           and u.id = $2
           and u.deleted_at is null
         for no key update of u",
        row.organization.as_str(),
        row.user.as_str(),
        row.role.as_str(),
        row.joining == Joining::Now,
        now,
        row.invited_by.map(UserId::as_str),
    )
    .execute(connection)
    .await
    .map_err(|error| match constraint::violated(&error) {
        Some("members_pkey") => MemberError::AlreadyMember {
            organization: row.organization.clone(),
            user: row.user.clone(),
        },
        _ => DatabaseError::from(error).into(),
    })?;
    Ok(done.rows_affected() == 1)
}

/// Lets a person join with a role, or with none changed if they joined before; a pending membership gives way. Says
/// the role that they have then.
pub(in crate::tenancy::member) async fn join_as(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    user: &UserId,
    joins: &JoinsAs,
    now: Timestamp,
) -> Result<Option<MemberRole>, DatabaseError> {
    let role = sqlx::query_scalar!(
        "insert into auth.members as m (
             organization_id, user_id, role, can_create_workspaces, joined_at, created_at, updated_at)
         select $1, u.id, $3, $5, $4::timestamptz, $4, $4
         from auth.users u
         where u.id = $2
           and u.deleted_at is null
         for no key update of u
         on conflict (user_id, organization_id) do update
         set role = case when m.joined_at is null then excluded.role else m.role end,
             can_create_workspaces = case
                 when m.joined_at is null then excluded.can_create_workspaces
                 else m.can_create_workspaces
                 end,
             joined_at = coalesce(m.joined_at, excluded.joined_at),
             updated_at = case when m.joined_at is null then excluded.updated_at else m.updated_at end
         returning role",
        organization.as_str(),
        user.as_str(),
        joins.role.as_str(),
        now,
        joins.workspace_creation.flag(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(role.map(MemberRole::from_stored))
}

/// Notes that an invited person joined; their role, or none if they were not invited or joined already.
pub(in crate::tenancy::member) async fn set_joined(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    user: &UserId,
    now: Timestamp,
) -> Result<Option<String>, DatabaseError> {
    Ok(sqlx::query_scalar!(
        "update auth.members
         set joined_at = $3,
             updated_at = $3
         where organization_id = $1
           and user_id = $2
           and joined_at is null
         returning role",
        organization.as_str(),
        user.as_str(),
        now,
    )
    .fetch_optional(connection)
    .await?)
}

/// Lets a person join by their proven address, if everything about it holds; says as what. The organization is locked.
/// A counter of the membership says that there was one: it ended for a reason that an address does not undo.
pub(in crate::tenancy::member) async fn join_by_domain(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    user: &UserId,
    canonical_email: &str,
    domain: &str,
    now: Timestamp,
) -> Result<Option<MemberRole>, DatabaseError> {
    let role = sqlx::query_scalar!(
        "insert into auth.members (
             organization_id, user_id, role, can_create_workspaces, joined_at, created_at, updated_at)
         select o.id, u.id, d.auto_join_role, d.auto_join_can_create_workspaces, $5::timestamptz, $5, $5
         from auth.organization_domains d
         join auth.organizations o on o.id = d.organization_id
         cross join auth.users u
         where d.organization_id = $1
           and d.domain = $4
           and d.verified_at is not null
           and d.auto_join_role is not null
           and o.type <> 'personal'
           and o.suspended_at is null
           and o.deleted_at is null
           and u.id = $2
           and u.email_canonical = $3
           and u.email_verified_at is not null
           and u.kind = 'human'
           and u.deleted_at is null
           and not exists (
               select from auth.membership_epochs e
               where e.user_id = u.id
                 and e.organization_id = o.id)
         for no key update of u
         on conflict (user_id, organization_id) do nothing
         returning role",
        organization.as_str(),
        user.as_str(),
        canonical_email,
        domain,
        now,
    )
    .fetch_optional(connection)
    .await?;
    Ok(role.map(MemberRole::from_stored))
}

/// Writes a membership in the global organization; none if there is no such organization, or they are in it.
pub(in crate::tenancy::member) async fn insert_global_member(
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
