//! Owns the statements on `auth.organizations`.

use crate::base::clock::Timestamp;
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, PgConnection, constraint};
use crate::tenancy::error::TenancyError;
use crate::tenancy::member::MemberRole;
use crate::tenancy::organization::{Organization, OrganizationType};
use crate::tenancy::settings::{Branding, FeatureFlags, Plan};
use crate::tenancy::slug::Slug;
use crate::user::AccessTier;

/// What a new organization's row holds beside its slug.
pub(in crate::tenancy) struct OrganizationRow<'a> {
    pub(in crate::tenancy) id: &'a OrganizationId,
    pub(in crate::tenancy) name: &'a str,
    pub(in crate::tenancy) organization_type: OrganizationType,
    pub(in crate::tenancy) owner: &'a UserId,
    pub(in crate::tenancy) tier: Option<AccessTier>,
}

/// Writes an organization; false if its slug is, or was, another one's, with the transaction still usable.
pub(in crate::tenancy) async fn insert(
    connection: &mut PgConnection,
    row: &OrganizationRow<'_>,
    slug: &str,
    now: Timestamp,
) -> Result<bool, TenancyError> {
    let done = sqlx::query!(
        "with given as (
             insert into auth.organization_slugs (slug, organization_id, created_at)
             values ($3, $1, $7::timestamptz)
             on conflict (slug) do nothing
             returning slug
         )
         insert into auth.organizations (id, name, slug, type, owner_user_id, tier, created_at, updated_at)
         select $1, $2, given.slug, $4, $5, $6, $7, $7
         from given",
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

/// The first of the candidates that no organization has, or had.
pub(in crate::tenancy) async fn first_free_slug(
    connection: &mut PgConnection,
    candidates: &[String],
) -> Result<Option<String>, DatabaseError> {
    let taken = sqlx::query_scalar!(
        "select slug from auth.organization_slugs where slug = any($1)",
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

struct Row {
    id: String,
    name: String,
    slug: String,
    organization_type: String,
    owner_user_id: Option<String>,
    tier: Option<String>,
    plan: Option<String>,
    feature_flags: serde_json::Value,
    branding: serde_json::Value,
    suspended_at: Option<Timestamp>,
    created_at: Timestamp,
}

const fn impossible(problem: &'static str) -> DatabaseError {
    DatabaseError::Inconsistent {
        table: "auth.organizations",
        problem,
    }
}

pub(super) fn kind(name: &str) -> Result<OrganizationType, DatabaseError> {
    OrganizationType::parse(name).ok_or_else(|| impossible("an unknown type"))
}

fn organization(row: Row) -> Result<Organization, DatabaseError> {
    Ok(Organization {
        id: OrganizationId::from_text(row.id),
        name: row.name,
        slug: Slug::from_stored(row.slug),
        organization_type: kind(&row.organization_type)?,
        owner_user_id: row.owner_user_id.map(UserId::from_text),
        tier: row
            .tier
            .map(|name| AccessTier::parse(&name).ok_or_else(|| impossible("an unknown tier")))
            .transpose()?,
        plan: row
            .plan
            .map(|name| Plan::parse(&name).ok_or_else(|| impossible("an unknown plan")))
            .transpose()?,
        feature_flags: FeatureFlags::from_stored(row.feature_flags)
            .ok_or_else(|| impossible("flags that are none"))?,
        branding: Branding::from_stored(row.branding).ok_or_else(|| impossible("looks that are none"))?,
        suspended_at: row.suspended_at,
        created_at: row.created_at,
    })
}

/// The organization of an id or a slug. No text is both.
pub(in crate::tenancy) async fn find(
    connection: &mut PgConnection,
    reference: &str,
) -> Result<Option<Organization>, DatabaseError> {
    sqlx::query_as!(
        Row,
        "select id, name, slug, type as organization_type, owner_user_id, tier, plan, feature_flags, branding,
                suspended_at, created_at
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
pub(in crate::tenancy) async fn list(
    connection: &mut PgConnection,
    after: &str,
    limit: i64,
) -> Result<Vec<Organization>, DatabaseError> {
    sqlx::query_as!(
        Row,
        "select id, name, slug, type as organization_type, owner_user_id, tier, plan, feature_flags, branding,
                suspended_at, created_at
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
pub(in crate::tenancy) async fn find_personal(
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

/// How many shared organizations beside one a person has made that are not deleted.
pub(in crate::tenancy) async fn count_made_by(
    connection: &mut PgConnection,
    user: &UserId,
    beside: &OrganizationId,
) -> Result<i64, DatabaseError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from auth.organizations
           where owner_user_id = $1
             and id <> $2
             and type <> 'personal'
             and deleted_at is null"#,
        user.as_str(),
        beside.as_str(),
    )
    .fetch_one(connection)
    .await?)
}

/// Sets the tier of a shared organization. It is locked.
pub(in crate::tenancy) async fn set_tier(
    connection: &mut PgConnection,
    id: &OrganizationId,
    tier: Option<AccessTier>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
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
    Ok(())
}

/// Suspends or resumes. Suspending twice keeps the first time. It is locked.
pub(in crate::tenancy) async fn set_suspended_at(
    connection: &mut PgConnection,
    id: &OrganizationId,
    suspended_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
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
    Ok(())
}

/// A page of what a person has joined in the order of the ids, or of the one organization that is asked for, with
/// their role.
pub(in crate::tenancy) async fn list_joined(
    connection: &mut PgConnection,
    user: &UserId,
    only: Option<&OrganizationId>,
    (after, limit): (&str, i64),
) -> Result<Vec<(Organization, MemberRole)>, DatabaseError> {
    sqlx::query!(
        "select o.id, o.name, o.slug, o.type as organization_type, o.owner_user_id, o.tier, o.plan,
                o.feature_flags, o.branding, o.suspended_at, o.created_at, m.role
         from auth.members m
         join auth.organizations o on o.id = m.organization_id
         where m.user_id = $1
           and ($2::text is null or o.id = $2)
           and o.id > $3
           and m.joined_at is not null
           and o.deleted_at is null
         order by o.id
         limit $4",
        user.as_str(),
        only.map(OrganizationId::as_str),
        after,
        limit,
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(|row| {
        let joined = organization(Row {
            id: row.id,
            name: row.name,
            slug: row.slug,
            organization_type: row.organization_type,
            owner_user_id: row.owner_user_id,
            tier: row.tier,
            plan: row.plan,
            feature_flags: row.feature_flags,
            branding: row.branding,
            suspended_at: row.suspended_at,
            created_at: row.created_at,
        })?;
        Ok((joined, MemberRole::from_stored(row.role)))
    })
    .collect()
}
