//! Owns the statements that lock an organization and change what it is. The caller holds the lock.

use super::organization::kind;
use crate::base::clock::Timestamp;
use crate::base::id::OrganizationId;
use crate::db::{DatabaseError, PgConnection};
use crate::tenancy::organization::OrganizationType;
use crate::tenancy::settings::{Branding, FeatureFlags, Plan};
use crate::tenancy::slug::Slug;

/// What a lock finds.
pub(in crate::tenancy) struct Locked {
    pub(in crate::tenancy) organization_type: OrganizationType,
    pub(in crate::tenancy) suspended: bool,
}

/// Makes every other change to the organization, its members, invitations and domains wait for this transaction;
/// none if there is no such organization.
pub(in crate::tenancy) async fn lock(
    connection: &mut PgConnection,
    organization: &OrganizationId,
) -> Result<Option<Locked>, DatabaseError> {
    let row = sqlx::query!(
        r#"select type as organization_type, suspended_at is not null as "suspended!"
           from auth.organizations
           where id = $1
             and deleted_at is null
           for no key update"#,
        organization.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Locked {
            organization_type: kind(&row.organization_type)?,
            suspended: row.suspended,
        })
    })
    .transpose()
}

/// Locks several organizations in the order of their ids, so that whoever does the same never waits in a circle.
pub(in crate::tenancy) async fn lock_in_order(
    connection: &mut PgConnection,
    organizations: &[&OrganizationId],
) -> Result<(), DatabaseError> {
    let ids: Vec<String> = organizations.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "select id
         from auth.organizations
         where id = any($1)
         order by id
         for no key update",
        &ids,
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}

pub(in crate::tenancy) async fn set_name(
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
pub(in crate::tenancy) async fn set_slug(
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

pub(in crate::tenancy) async fn set_type(
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

pub(in crate::tenancy) async fn set_plan(
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

pub(in crate::tenancy) async fn set_feature_flags(
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

pub(in crate::tenancy) async fn set_branding(
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
