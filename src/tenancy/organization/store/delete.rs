//! Owns the statements that end organizations.

use crate::base::clock::Timestamp;
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, PgConnection};

/// Marks an organization as deleted. Another one may be the global one then.
pub(in crate::tenancy::organization) async fn set_deleted(
    connection: &mut PgConnection,
    id: &OrganizationId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.organizations
         set deleted_at = $2,
             deleted_reason = 'deleted',
             is_global = false,
             updated_at = $2
         where id = $1
           and deleted_at is null",
        id.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Marks a person's own space as deleted; which one it was.
pub(in crate::tenancy::organization) async fn set_personal_deleted(
    connection: &mut PgConnection,
    user: &UserId,
    reason: &str,
    now: Timestamp,
) -> Result<Option<OrganizationId>, DatabaseError> {
    let id = sqlx::query_scalar!(
        "update auth.organizations
         set deleted_at = $3,
             deleted_reason = $2,
             updated_at = $3
         where owner_user_id = $1
           and type = 'personal'
           and deleted_at is null
         returning id",
        user.as_str(),
        reason,
        now,
    )
    .fetch_optional(connection)
    .await?;
    Ok(id.map(OrganizationId::from_text))
}

/// The shared organizations that have no other owner who joined and can act.
pub(in crate::tenancy::organization) async fn owned_alone(
    connection: &mut PgConnection,
    user: &UserId,
) -> Result<Vec<OrganizationId>, DatabaseError> {
    let ids = sqlx::query_scalar!(
        "select o.id
         from auth.organizations o
         join auth.members m on m.organization_id = o.id
         where m.user_id = $1
           and m.role = 'owner'
           and m.joined_at is not null
           and o.type <> 'personal'
           and o.deleted_at is null
           and not exists (
               select from auth.members other
               join auth.users u on u.id = other.user_id
               where other.organization_id = o.id
                 and other.user_id <> m.user_id
                 and other.role = 'owner'
                 and other.joined_at is not null
                 and u.deleted_at is null
                 and u.status in ('active', 'waitlist'))
         order by o.id",
        user.as_str(),
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(OrganizationId::from_text).collect())
}
