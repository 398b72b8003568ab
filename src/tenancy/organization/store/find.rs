//! Owns the statements that read organizations.

use crate::base::clock::Timestamp;
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, PgConnection};
use crate::tenancy::member::MemberRole;
use crate::tenancy::organization::types::{Organization, OrganizationType};
use crate::tenancy::organization::values::{Branding, FeatureFlags, Plan};
use crate::tenancy::slug::Slug;
use crate::user::AccessTier;

struct StoredOrganization {
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

fn organization(row: StoredOrganization) -> Result<Organization, DatabaseError> {
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
pub(in crate::tenancy::organization) async fn find(
    connection: &mut PgConnection,
    reference: &str,
) -> Result<Option<Organization>, DatabaseError> {
    sqlx::query_as!(
        StoredOrganization,
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
pub(in crate::tenancy::organization) async fn list(
    connection: &mut PgConnection,
    after: &str,
    limit: i64,
) -> Result<Vec<Organization>, DatabaseError> {
    sqlx::query_as!(
        StoredOrganization,
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
pub(in crate::tenancy::organization) async fn find_personal(
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
pub(in crate::tenancy::organization) async fn count_made_by(
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

/// A page of what a person has joined in the order of the ids, or of the one organization that is asked for, with
/// their role.
pub(in crate::tenancy::organization) async fn list_joined(
    connection: &mut PgConnection,
    user: &UserId,
    only: Option<&OrganizationId>,
    after: &str,
    limit: i64,
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
        let joined = organization(StoredOrganization {
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

/// Whether an organization is the global one.
pub(in crate::tenancy::organization) async fn is_global(
    connection: &mut PgConnection,
    organization: &OrganizationId,
) -> Result<bool, DatabaseError> {
    let global = sqlx::query_scalar!(
        "select is_global from auth.organizations where id = $1",
        organization.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(global == Some(true))
}
