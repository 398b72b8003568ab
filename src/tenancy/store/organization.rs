//! Owns the statements on `auth.organizations`.

use sqlx::PgConnection;

use crate::base::clock::Timestamp;
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, constraint};
use crate::tenancy::error::TenancyError;
use crate::tenancy::organization::{Organization, OrganizationType};
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

/// Writes an organization; false if its slug is taken, with the transaction still usable.
pub(in crate::tenancy) async fn insert(
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
pub(in crate::tenancy) async fn first_free_slug(
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
pub(in crate::tenancy) async fn find(
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
pub(in crate::tenancy) async fn list(
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

/// Sets the tier of a shared organization; false if there is none, or it is a personal space.
pub(in crate::tenancy) async fn set_tier(
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
pub(in crate::tenancy) async fn set_suspended_at(
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
pub(in crate::tenancy) async fn lock(
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
