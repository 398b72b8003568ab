//! Owns the statements on `auth.key_first_signatures`.

use crate::base::clock::Timestamp;
use crate::base::id::{KeyId, ReplicaId};
use crate::db::{DatabaseError, PgConnection};

/// When a key first signed, anywhere.
pub(in crate::signing) struct FirstSignature {
    pub(in crate::signing) kid: String,
    pub(in crate::signing) first_signed_at: Timestamp,
}

/// Notes that a replica signs with these keys from now on. Its clock may be a little behind that of whoever let the key
/// sign, which was before.
pub(in crate::signing) async fn sign_first(
    connection: &mut PgConnection,
    keys: &[KeyId],
    replica: &ReplicaId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let keys: Vec<&str> = keys.iter().map(KeyId::as_str).collect();
    sqlx::query!(
        "insert into auth.key_first_signatures (kid, replica, first_signed_at)
        select signing.kid, $2, greatest($3, k.activated_at)
        from unnest($1::text[]) as signing (kid)
        left join auth.jwks k on k.id = signing.kid
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

/// Deletes what replicas that came later have noted; a key's first signature stays.
pub(in crate::signing) async fn expire_first_signatures(
    connection: &mut PgConnection,
    before: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let deleted = sqlx::query!(
        "delete from auth.key_first_signatures f
        using (
            select later.kid, later.replica
            from auth.key_first_signatures later
            where later.first_signed_at < $1
                and exists (
                    select from auth.key_first_signatures earlier
                    where earlier.kid = later.kid
                        and (earlier.first_signed_at, earlier.replica) < (later.first_signed_at, later.replica))
            limit $2
        ) gone
        where f.kid = gone.kid and f.replica = gone.replica",
        before,
        limit,
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}
