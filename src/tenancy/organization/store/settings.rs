//! Owns the statements that change what an organization is. The caller has locked it.

use crate::base::clock::Timestamp;
use crate::base::id::OrganizationId;
use crate::db::{DatabaseError, PgConnection, constraint};
use crate::tenancy::organization::error::OrganizationError;
use crate::tenancy::organization::types::OrganizationType;
use crate::tenancy::organization::values::{Branding, FeatureFlags, Plan};
use crate::tenancy::slug::Slug;
use crate::user::AccessTier;

pub(in crate::tenancy::organization) async fn set_name(
    connection: &mut PgConnection,
    id: &OrganizationId,
    name: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.organizations
         set name = $2,
             updated_at = $3
         where id = $1
           and deleted_at is null",
        id.as_str(),
        name,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a slug that nobody else has or had; false if somebody has.
pub(in crate::tenancy::organization) async fn set_slug(
    connection: &mut PgConnection,
    id: &OrganizationId,
    slug: &Slug,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "with given as (
             insert into auth.organization_slugs as s (slug, organization_id, created_at)
             values ($2, $1, $3::timestamptz)
             on conflict (slug) do update
             set organization_id = s.organization_id
             where s.organization_id = excluded.organization_id
             returning slug
         )
         update auth.organizations o
         set slug = given.slug,
             updated_at = $3
         from given
         where o.id = $1
           and o.deleted_at is null",
        id.as_str(),
        slug.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(in crate::tenancy::organization) async fn set_type(
    connection: &mut PgConnection,
    id: &OrganizationId,
    organization_type: OrganizationType,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.organizations
         set type = $2,
             updated_at = $3
         where id = $1
           and type <> 'personal'
           and deleted_at is null",
        id.as_str(),
        organization_type.name(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::tenancy::organization) async fn set_plan(
    connection: &mut PgConnection,
    id: &OrganizationId,
    plan: Option<Plan>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.organizations
         set plan = $2,
             updated_at = $3
         where id = $1
           and deleted_at is null",
        id.as_str(),
        plan.map(Plan::name),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::tenancy::organization) async fn set_feature_flags(
    connection: &mut PgConnection,
    id: &OrganizationId,
    flags: &FeatureFlags,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.organizations
         set feature_flags = $2,
             updated_at = $3
         where id = $1
           and deleted_at is null",
        id.as_str(),
        flags.to_json(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(in crate::tenancy::organization) async fn set_branding(
    connection: &mut PgConnection,
    id: &OrganizationId,
    branding: &Branding,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.organizations
         set branding = $2,
             updated_at = $3
         where id = $1
           and deleted_at is null",
        id.as_str(),
        branding.to_json(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Sets the tier of a shared organization. It is locked.
pub(in crate::tenancy::organization) async fn set_tier(
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
pub(in crate::tenancy::organization) async fn set_suspended_at(
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

/// Makes an organization the global one.
pub(in crate::tenancy::organization) async fn set_global(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    now: Timestamp,
) -> Result<(), OrganizationError> {
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
        Some("organizations_one_global") => OrganizationError::AnotherIsGlobal,
        _ => DatabaseError::from(error).into(),
    })?;
    Ok(())
}

/// Moves the cut-off to now, never back. The organization is locked.
pub(in crate::tenancy::organization) async fn set_revoked_before(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.organizations
         set revoked_before = greatest(revoked_before, $2),
             updated_at = $2
         where id = $1
           and deleted_at is null",
        organization.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}
