//! Owns the statements on `auth.client_assertions`.

use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::ClientId;
use crate::db::{DatabaseError, PgConnection, UnitOfWork};

/// An assertion that is used.
#[derive(Debug, Clone)]
pub(in crate::client) struct AssertionUse {
    /// What is kept of it.
    pub(in crate::client) digest: Digest,
    /// Who used it.
    pub(in crate::client) client_id: ClientId,
    /// When it would expire.
    pub(in crate::client) expires_at: Timestamp,
}

/// Remembers assertions, and says which of them nobody had used before. They stand in the order of their digests, so
/// that two statements with the same ones wait for each other in one direction only.
pub(in crate::client) async fn use_assertions(
    connection: &mut PgConnection,
    uses: &[AssertionUse],
) -> Result<Vec<Digest>, DatabaseError> {
    let digests: Vec<&[u8]> = uses.iter().map(|one| one.digest.as_bytes()).collect();
    let client_ids: Vec<&str> = uses.iter().map(|one| one.client_id.as_str()).collect();
    let expiries: Vec<Timestamp> = uses.iter().map(|one| one.expires_at).collect();
    let first = sqlx::query_scalar!(
        "insert into auth.client_assertions (digest, client_id, expires_at)
         select * from unnest($1::bytea[], $2::text[], $3::timestamptz[])
         on conflict (digest) do nothing
         returning digest",
        &digests as &[&[u8]],
        &client_ids as &[&str],
        &expiries,
    )
    .fetch_all(connection)
    .await?;
    let impossible = DatabaseError::Inconsistent {
        table: "auth.client_assertions",
        problem: "a digest that is not 32 bytes long",
    };
    first
        .iter()
        .map(|bytes| Digest::from_bytes(bytes))
        .collect::<Option<_>>()
        .ok_or(impossible)
}

/// Forgets at most `limit` assertions that expired before; says how many.
pub(in crate::client) async fn expire_assertions(
    work: &mut UnitOfWork,
    before: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let deleted = sqlx::query!(
        "delete from auth.client_assertions
         where ctid in (
             select ctid
             from auth.client_assertions
             where expires_at <= $1
             limit $2
             for update skip locked)",
        before,
        limit,
    )
    .execute(work.connection()?)
    .await?;
    Ok(deleted.rows_affected())
}
