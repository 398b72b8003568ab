//! Owns the statements that make an organization.

use crate::base::clock::Timestamp;
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, PgConnection, constraint};
use crate::tenancy::error::TenancyError;
use crate::tenancy::organization::types::OrganizationType;
use crate::user::AccessTier;

/// What a new organization's row holds beside its slug.
pub(in crate::tenancy::organization) struct OrganizationRow<'a> {
    pub(in crate::tenancy::organization) id: &'a OrganizationId,
    pub(in crate::tenancy::organization) name: &'a str,
    pub(in crate::tenancy::organization) organization_type: OrganizationType,
    pub(in crate::tenancy::organization) owner: &'a UserId,
    pub(in crate::tenancy::organization) tier: Option<AccessTier>,
}

/// Writes an organization; false if its slug is, or was, another one's, with the transaction still usable.
pub(in crate::tenancy::organization) async fn insert(
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
        _ => DatabaseError::from(error).into(),
    })?;
    Ok(done.rows_affected() == 1)
}

/// The first of the candidates that no organization has, or had.
pub(in crate::tenancy::organization) async fn first_free_slug(
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
