//! Owns the statements on `auth.oauth_client_secrets`.

use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::ClientId;
use crate::db::{DatabaseError, PgConnection};

/// Adds a secret.
pub(in crate::client) async fn insert_secret(
    connection: &mut PgConnection,
    client_id: &ClientId,
    digest: Digest,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into auth.oauth_client_secrets (client_id, digest, created_at) values ($1, $2, $3)",
        client_id.as_str(),
        digest.as_bytes(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends every secret at `expires_at` at the latest, and forgets those that are dead at `now`.
pub(in crate::client) async fn expire_secrets(
    connection: &mut PgConnection,
    client_id: &ClientId,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.oauth_client_secrets
         set expires_at = least(expires_at, $2)
         where client_id = $1",
        client_id.as_str(),
        expires_at,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "delete from auth.oauth_client_secrets
         where client_id = $1
           and expires_at <= $2",
        client_id.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets every secret at once.
pub(in crate::client) async fn delete_secrets(
    connection: &mut PgConnection,
    client_id: &ClientId,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "delete from auth.oauth_client_secrets where client_id = $1",
        client_id.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(())
}
