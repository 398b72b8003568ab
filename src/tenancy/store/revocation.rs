//! Owns the organization's own cut-off.

use crate::base::clock::Timestamp;
use crate::base::id::OrganizationId;
use crate::db::{DatabaseError, PgConnection};

/// Moves the cut-off to now, never back. The organization is locked.
pub(in crate::tenancy) async fn set_revoked_before(
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
