//! Owns the statements on `auth.members`.

use crate::base::clock::Timestamp;
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, PgConnection, constraint};
use crate::tenancy::error::TenancyError;
use crate::tenancy::member::{Belonging, Joining, JoinsAs, Member, MemberRole, WorkspaceCreation};

/// Writes the first owner's membership; false if there is no such person.
pub(in crate::tenancy) async fn insert_owner(
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
pub(in crate::tenancy) struct MemberRow<'a> {
    pub(in crate::tenancy) organization: &'a OrganizationId,
    pub(in crate::tenancy) user: &'a UserId,
    pub(in crate::tenancy) role: &'a MemberRole,
    pub(in crate::tenancy) joining: Joining,
    pub(in crate::tenancy) invited_by: Option<&'a UserId>,
}

/// Writes a membership in a shared organization; false if organization or person do not exist. The person is locked:
/// a deletion that is under way either sees the membership, or is seen.
pub(in crate::tenancy) async fn insert_member(
    connection: &mut PgConnection,
    row: &MemberRow<'_>,
    now: Timestamp,
) -> Result<bool, TenancyError> {
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
        Some("members_pkey") => TenancyError::AlreadyMember {
            organization: row.organization.clone(),
            user: row.user.clone(),
        },
        _ => error.into(),
    })?;
    Ok(done.rows_affected() == 1)
}

/// Lets a person join with a role, or with none changed if they joined before; a pending membership gives way. Says
/// the role that they have then.
pub(in crate::tenancy) async fn join_as(
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

/// Where a person has joined and may act: what services are told. Whoever is shut out, and what is suspended, is left
/// out; an organization narrows it to that one.
pub(in crate::tenancy) async fn active_memberships(
    connection: &mut PgConnection,
    user: &UserId,
    organization: Option<&OrganizationId>,
) -> Result<Vec<(OrganizationId, MemberRole)>, DatabaseError> {
    let rows = sqlx::query!(
        "select m.organization_id, m.role
         from auth.members m
         join auth.organizations o on o.id = m.organization_id
         join auth.users u on u.id = m.user_id
         where m.user_id = $1
           and ($2::text is null or m.organization_id = $2)
           and m.joined_at is not null
           and o.deleted_at is null
           and o.suspended_at is null
           and u.deleted_at is null
           and u.status = 'active'
         order by m.joined_at, m.organization_id",
        user.as_str(),
        organization.map(OrganizationId::as_str),
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (
                OrganizationId::from_text(row.organization_id),
                MemberRole::from_stored(row.role),
            )
        })
        .collect())
}

/// Notes that an invited person joined; their role, or none if they were not invited or joined already.
pub(in crate::tenancy) async fn set_joined(
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

/// Deletes a membership unless it is the last joined owner's. The organization is locked.
pub(in crate::tenancy) async fn delete_member(
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

/// Changes a role unless that takes the last joined owner away. The organization is locked.
pub(in crate::tenancy) async fn set_member_role(
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
pub(in crate::tenancy) async fn set_workspace_creation(
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

/// What a person joined as, if they may act at all: neither pending, nor deleted, nor shut out.
pub(in crate::tenancy) async fn joined_role(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<Option<MemberRole>, DatabaseError> {
    let role = sqlx::query_scalar!(
        "select m.role
         from auth.members m
         join auth.users u on u.id = m.user_id
         where m.organization_id = $1
           and m.user_id = $2
           and m.joined_at is not null
           and u.deleted_at is null
           and u.status in ('active', 'waitlist')",
        organization.as_str(),
        user.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(role.map(MemberRole::from_stored))
}

/// How many have joined.
pub(in crate::tenancy) async fn count_joined(
    connection: &mut PgConnection,
    organization: &OrganizationId,
) -> Result<i64, DatabaseError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from auth.members m
           join auth.users u on u.id = m.user_id
           where m.organization_id = $1
             and m.joined_at is not null
             and u.deleted_at is null"#,
        organization.as_str(),
    )
    .fetch_one(connection)
    .await?)
}

struct Row {
    organization_id: String,
    user_id: String,
    role: String,
    can_create_workspaces: bool,
    invited_at: Option<Timestamp>,
    joined_at: Option<Timestamp>,
    invited_by: Option<String>,
}

fn member(row: Row) -> Member {
    Member {
        organization_id: OrganizationId::from_text(row.organization_id),
        user_id: UserId::from_text(row.user_id),
        role: MemberRole::from_stored(row.role),
        workspace_creation: WorkspaceCreation::of(row.can_create_workspaces),
        invited_at: row.invited_at,
        joined_at: row.joined_at,
        invited_by: row.invited_by.map(UserId::from_text),
    }
}

/// One person's membership, joined or not.
pub(in crate::tenancy) async fn find_member(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<Option<Member>, DatabaseError> {
    let row = sqlx::query_as!(
        Row,
        "select m.organization_id, m.user_id, m.role, m.can_create_workspaces, m.invited_at, m.joined_at, m.invited_by
         from auth.members m
         join auth.users u on u.id = m.user_id
         join auth.organizations o on o.id = m.organization_id
         where m.organization_id = $1
           and m.user_id = $2
           and u.deleted_at is null
           and o.deleted_at is null",
        organization.as_str(),
        user.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(member))
}

/// A page of an organization's members.
pub(in crate::tenancy) async fn list_members(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    after: &str,
    limit: i64,
) -> Result<Vec<Member>, DatabaseError> {
    let rows = sqlx::query_as!(
        Row,
        "select m.organization_id, m.user_id, m.role, m.can_create_workspaces, m.invited_at, m.joined_at, m.invited_by
         from auth.members m
         join auth.users u on u.id = m.user_id
         where m.organization_id = $1
           and m.user_id > $2
           and u.deleted_at is null
         order by m.user_id
         limit $3",
        organization.as_str(),
        after,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(member).collect())
}

/// Every membership of a person.
pub(in crate::tenancy) async fn list_memberships(
    connection: &mut PgConnection,
    user: &UserId,
) -> Result<Vec<Belonging>, DatabaseError> {
    let rows = sqlx::query!(
        "select m.organization_id, o.slug, o.name, m.role, m.joined_at
         from auth.members m
         join auth.organizations o on o.id = m.organization_id
         where m.user_id = $1
           and o.deleted_at is null
         order by m.joined_at, m.organization_id",
        user.as_str(),
    )
    .fetch_all(connection)
    .await?;
    let belonging = rows.into_iter().map(|row| Belonging {
        organization_id: OrganizationId::from_text(row.organization_id),
        slug: row.slug,
        name: row.name,
        role: MemberRole::from_stored(row.role),
        joined_at: row.joined_at,
    });
    Ok(belonging.collect())
}
