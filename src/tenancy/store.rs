//! Owns every statement on `auth.organizations` and `auth.members`.

use sqlx::PgConnection;

use super::error::TenancyError;
use super::member::{Joining, Member, MemberRole};
use super::organization::{Organization, OrganizationType};
use super::slug::Slug;
use crate::base::clock::Timestamp;
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, constraint};
use crate::user::AccessTier;

/// What a new organization's row holds beside its slug.
pub(super) struct OrganizationRow<'a> {
    pub(super) id: &'a OrganizationId,
    pub(super) name: &'a str,
    pub(super) organization_type: OrganizationType,
    pub(super) owner: &'a UserId,
    pub(super) tier: Option<AccessTier>,
}

/// Writes an organization; false if its slug is taken, with the transaction still usable.
pub(super) async fn insert(
    connection: &mut PgConnection,
    row: &OrganizationRow<'_>,
    slug: &str,
    now: Timestamp,
) -> Result<bool, TenancyError> {
    let done = sqlx::query!(
        "insert into auth.organizations (id, name, slug, type, owner_user_id, tier, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)
         on conflict (slug) do nothing",
        row.id.as_str(),
        row.name,
        slug,
        row.organization_type.name(),
        row.owner.as_str(),
        row.tier.map(AccessTier::name),
        now,
    )
    .execute(connection)
    .await
    .map_err(|error| match constraint::violated(&error) {
        Some("organizations_owner_user_id_fkey") => TenancyError::UnknownUser(row.owner.clone()),
        _ => error.into(),
    })?;
    Ok(done.rows_affected() == 1)
}

/// The first of the candidates that no organization has, deleted ones included.
pub(super) async fn first_free_slug(
    connection: &mut PgConnection,
    candidates: &[String],
) -> Result<Option<String>, DatabaseError> {
    let taken = sqlx::query_scalar!(
        "select slug from auth.organizations where slug = any($1)",
        candidates,
    )
    .fetch_all(connection)
    .await?;
    let taken: std::collections::HashSet<String> = taken.into_iter().collect();
    Ok(candidates
        .iter()
        .find(|candidate| !taken.contains(*candidate))
        .cloned())
}

/// Writes the first owner's membership; false if there is no such person.
pub(super) async fn insert_owner(
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
           and u.deleted_at is null",
        organization.as_str(),
        user.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

struct Row {
    id: String,
    name: String,
    slug: String,
    organization_type: String,
    owner_user_id: Option<String>,
    tier: Option<String>,
    plan: Option<String>,
    suspended_at: Option<Timestamp>,
    created_at: Timestamp,
}

fn organization(row: Row) -> Result<Organization, DatabaseError> {
    let impossible = |problem| DatabaseError::Inconsistent {
        table: "auth.organizations",
        problem,
    };
    Ok(Organization {
        id: OrganizationId::from_text(row.id),
        name: row.name,
        slug: Slug::from_stored(row.slug),
        organization_type: OrganizationType::parse(&row.organization_type)
            .ok_or_else(|| impossible("an unknown type"))?,
        owner_user_id: row.owner_user_id.map(UserId::from_text),
        tier: row
            .tier
            .map(|name| AccessTier::parse(&name).ok_or_else(|| impossible("an unknown tier")))
            .transpose()?,
        plan: row.plan,
        suspended_at: row.suspended_at,
        created_at: row.created_at,
    })
}

/// The organization of an id or a slug. No text is both.
pub(super) async fn find(
    connection: &mut PgConnection,
    reference: &str,
) -> Result<Option<Organization>, DatabaseError> {
    sqlx::query_as!(
        Row,
        "select id, name, slug, type as organization_type, owner_user_id, tier, plan, suspended_at, created_at
         from auth.organizations
         where (id = $1 or slug = $1)
           and deleted_at is null",
        reference,
    )
    .fetch_optional(connection)
    .await?
    .map(organization)
    .transpose()
}

/// A page of organizations in the order of their ids.
pub(super) async fn list(
    connection: &mut PgConnection,
    after: &str,
    limit: i64,
) -> Result<Vec<Organization>, DatabaseError> {
    sqlx::query_as!(
        Row,
        "select id, name, slug, type as organization_type, owner_user_id, tier, plan, suspended_at, created_at
         from auth.organizations
         where id > $1
           and deleted_at is null
         order by id
         limit $2",
        after,
        limit,
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(organization)
    .collect()
}

/// A person's own space.
pub(super) async fn find_personal(
    connection: &mut PgConnection,
    user: &UserId,
) -> Result<Option<OrganizationId>, DatabaseError> {
    let id = sqlx::query_scalar!(
        "select id
         from auth.organizations
         where owner_user_id = $1
           and type = 'personal'
           and deleted_at is null",
        user.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(id.map(OrganizationId::from_text))
}

/// Sets the tier of a shared organization; false if there is none, or it is a personal space.
pub(super) async fn set_tier(
    connection: &mut PgConnection,
    id: &OrganizationId,
    tier: Option<AccessTier>,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.organizations
         set tier = $2,
             updated_at = $3
         where id = $1
           and type <> 'personal'
           and deleted_at is null",
        id.as_str(),
        tier.map(AccessTier::name),
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Suspends or resumes; false if there is no such organization. Suspending twice keeps the first time.
pub(super) async fn set_suspended_at(
    connection: &mut PgConnection,
    id: &OrganizationId,
    suspended_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.organizations
         set suspended_at = case when $2::timestamptz is null then null else coalesce(suspended_at, $2) end,
             updated_at = $3
         where id = $1
           and deleted_at is null",
        id.as_str(),
        suspended_at,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Makes later writes on memberships that could take an owner away wait for this transaction.
pub(super) async fn lock(
    connection: &mut PgConnection,
    organization: &OrganizationId,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "select id from auth.organizations where id = $1 for no key update",
        organization.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(())
}

/// Writes a membership in a shared organization; false if organization or person do not exist.
pub(super) async fn insert_member(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    user: &UserId,
    (role, joining): (&MemberRole, Joining),
    now: Timestamp,
) -> Result<bool, TenancyError> {
    let done = sqlx::query!(
        "insert into auth.members (
             organization_id, user_id, role, invited_at, joined_at, created_at, updated_at)
         select o.id,
                u.id,
                $3,
                case when $4 then null else $5::timestamptz end,
                case when $4 then $5 end,
                $5,
                $5
         from auth.organizations o
         cross join auth.users u
         where o.id = $1
           and o.type <> 'personal'
           and o.deleted_at is null
           and u.id = $2
           and u.deleted_at is null",
        organization.as_str(),
        user.as_str(),
        role.as_str(),
        joining == Joining::Now,
        now,
    )
    .execute(connection)
    .await
    .map_err(|error| match constraint::violated(&error) {
        Some("members_pkey") => TenancyError::AlreadyMember {
            organization: organization.clone(),
            user: user.clone(),
        },
        _ => error.into(),
    })?;
    Ok(done.rows_affected() == 1)
}

/// Notes that an invited person joined; their role, or none if they were not invited or joined already.
pub(super) async fn set_joined(
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
pub(super) async fn delete_member(
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
                    where other.organization_id = m.organization_id
                      and other.user_id <> m.user_id
                      and other.role = 'owner'
                      and other.joined_at is not null))",
        organization.as_str(),
        user.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Changes a role unless that takes the last joined owner away. The organization is locked.
pub(super) async fn set_member_role(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    user: &UserId,
    role: &MemberRole,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.members m
         set role = $3,
             updated_at = $4
         where m.organization_id = $1
           and m.user_id = $2
           and ($3 = 'owner'
                or m.role <> 'owner'
                or m.joined_at is null
                or exists (
                    select from auth.members other
                    where other.organization_id = m.organization_id
                      and other.user_id <> m.user_id
                      and other.role = 'owner'
                      and other.joined_at is not null))",
        organization.as_str(),
        user.as_str(),
        role.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether there is a membership or an invitation.
pub(super) async fn is_member(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<bool, DatabaseError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (
               select from auth.members where organization_id = $1 and user_id = $2) as "exists!""#,
        organization.as_str(),
        user.as_str(),
    )
    .fetch_one(connection)
    .await?)
}

struct MemberRow {
    organization_id: String,
    user_id: String,
    role: String,
    invited_at: Option<Timestamp>,
    joined_at: Option<Timestamp>,
}

fn member(row: MemberRow) -> Member {
    Member {
        organization_id: OrganizationId::from_text(row.organization_id),
        user_id: UserId::from_text(row.user_id),
        role: MemberRole::from_stored(row.role),
        invited_at: row.invited_at,
        joined_at: row.joined_at,
    }
}

/// A page of an organization's members.
pub(super) async fn list_members(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    after: &str,
    limit: i64,
) -> Result<Vec<Member>, DatabaseError> {
    let rows = sqlx::query_as!(
        MemberRow,
        "select m.organization_id, m.user_id, m.role, m.invited_at, m.joined_at
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
pub(super) async fn list_memberships(
    connection: &mut PgConnection,
    user: &UserId,
) -> Result<Vec<Member>, DatabaseError> {
    let rows = sqlx::query_as!(
        MemberRow,
        "select m.organization_id, m.user_id, m.role, m.invited_at, m.joined_at
         from auth.members m
         join auth.organizations o on o.id = m.organization_id
         where m.user_id = $1
           and o.deleted_at is null
         order by m.joined_at, m.organization_id",
        user.as_str(),
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(member).collect())
}
