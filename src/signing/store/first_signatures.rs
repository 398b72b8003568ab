//! Owns the statements on `auth.key_first_signatures`.

use crate::base::clock::Timestamp;
use crate::base::id::{KeyId, ReplicaId};
use crate::db::{DatabaseError, PgConnection};

/// When a key first signed, anywhere.
pub(in crate::signing) struct FirstSignature {
    pub(in crate::signing) kid: String,
    pub(in crate::signing) first_signed_at: Timestamp,
}

/// Notes that a replica signs with these keys from now on, at the time that its clock has: the proof knows by how much
/// clocks may differ.
pub(in crate::signing) async fn sign_first(
    connection: &mut PgConnection,
    keys: &[KeyId],
    replica: &ReplicaId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let keys: Vec<&str> = keys.iter().map(KeyId::as_str).collect();
    sqlx::query!(
        "insert into auth.key_first_signatures (kid, replica, first_signed_at)
        select signing.kid, $2, $3
        from unnest($1::text[]) as signing (kid)
        on conflict (kid, replica) do nothing",
        &keys as &[&str],
        replica.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// When each key first signed.
pub(in crate::signing) async fn first_signatures(
    connection: &mut PgConnection,
) -> Result<Vec<FirstSignature>, DatabaseError> {
    let rows = sqlx::query_as!(
        FirstSignature,
        r#"select kid, min(first_signed_at) as "first_signed_at!"
        from auth.key_first_signatures
        group by kid"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Deletes what replicas that came later have noted; a key's first signature stays. A function of the owner's does it,
/// since the server must not be able to take back that a key has signed.
pub(in crate::signing) async fn expire_first_signatures(
    connection: &mut PgConnection,
    before: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let deleted = sqlx::query_scalar!(
        r#"select auth.expire_first_signatures($1, $2) as "deleted!""#,
        before,
        limit,
    )
    .fetch_one(connection)
    .await?;
    Ok(deleted.unsigned_abs())
}
