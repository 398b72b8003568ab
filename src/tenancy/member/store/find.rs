//! Owns the statements that read memberships.

use crate::base::clock::Timestamp;
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, PgConnection};
use crate::tenancy::member::role::MemberRole;
use crate::tenancy::member::types::{Belonging, Member, WorkspaceCreation};

struct StoredMember {
    organization_id: String,
    user_id: String,
    role: String,
    can_create_workspaces: bool,
    invited_at: Option<Timestamp>,
    joined_at: Option<Timestamp>,
    invited_by: Option<String>,
}

fn member(row: StoredMember) -> Member {
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
pub(in crate::tenancy::member) async fn find_member(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<Option<Member>, DatabaseError> {
    let row = sqlx::query_as!(
        StoredMember,
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

/// What a person joined as, if they may act at all: neither pending, nor deleted, nor shut out.
pub(in crate::tenancy::member) async fn joined_role(
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
pub(in crate::tenancy::member) async fn count_joined(
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

/// A page of an organization's members.
pub(in crate::tenancy::member) async fn list_members(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    after: &str,
    limit: i64,
) -> Result<Vec<Member>, DatabaseError> {
    let rows = sqlx::query_as!(
        StoredMember,
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
pub(in crate::tenancy::member) async fn list_memberships(
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

/// Where a person has joined and may act: what services are told. Whoever is shut out, and what is suspended, is left
/// out; an organization narrows it to that one.
pub(in crate::tenancy::member) async fn active_memberships(
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
