//! Owns the statements on what was published before the database was restored.

use crate::base::clock::Timestamp;
use crate::base::handle::BackupEpoch;
use crate::base::id::KeyId;
use crate::db::{DatabaseError, PgConnection};

/// Lets a next key from before a restore count as published from now on; says whether it was one.
pub(in crate::signing) async fn republish(
    connection: &mut PgConnection,
    key_id: &KeyId,
    (epoch, cache_seconds): (BackupEpoch, i32),
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let updated = sqlx::query!(
        "update auth.jwks
        set published_at = $2, published_epoch = $3, cache_seconds = $4
        where id = $1 and status = 'next' and coalesce(published_epoch, 0) < $3",
        key_id.as_str(),
        now,
        epoch.0,
        cache_seconds,
    )
    .execute(connection)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// Forgets rotations that were asked for before a restore: they may have been carried out since.
pub(in crate::signing) async fn forget_requests_before_restore(
    connection: &mut PgConnection,
    epoch: BackupEpoch,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "delete from auth.key_rotations where coalesce(requested_epoch, 0) < $1",
        epoch.0,
    )
    .execute(connection)
    .await?;
    Ok(())
}
