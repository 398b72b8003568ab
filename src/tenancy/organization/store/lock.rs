//! Owns the statements that lock organizations.

use super::find::kind;
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, PgConnection};
use crate::tenancy::organization::lock::LockedOrganization;

/// Makes every other change to the organization, its members, invitations and domains wait for this transaction;
/// none if there is no such organization.
pub(in crate::tenancy::organization) async fn lock(
    connection: &mut PgConnection,
    organization: &OrganizationId,
) -> Result<Option<LockedOrganization>, DatabaseError> {
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
        Ok(LockedOrganization {
            organization_type: kind(&row.organization_type)?,
            suspended: row.suspended,
        })
    })
    .transpose()
}

/// Locks several organizations in the order of their ids, so that whoever does the same never waits in a circle.
pub(in crate::tenancy::organization) async fn lock_in_order(
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

/// Locks the organizations that a person owns, their personal space among them, in the order of their ids.
pub(in crate::tenancy::organization) async fn lock_owned(
    connection: &mut PgConnection,
    user: &UserId,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "select o.id
         from auth.organizations o
         join auth.members m on m.organization_id = o.id
         where m.user_id = $1
           and m.role = 'owner'
           and o.deleted_at is null
         order by o.id
         for no key update of o",
        user.as_str(),
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}
