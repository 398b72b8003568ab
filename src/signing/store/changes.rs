//! Owns the statements that follow a key through its life. A change names the state that it leads out of: if another
//! replica was faster, it changes nothing.

use serde_json::Value;

use super::keys::{NewKey, StoredKey};
use crate::base::clock::Timestamp;
use crate::base::id::KeyId;
use crate::db::{DatabaseError, PgConnection};

/// A row of `auth.jwks` without its private part.
pub(in crate::signing) struct KeyRow {
    pub(in crate::signing) id: String,
    pub(in crate::signing) alg: String,
    pub(in crate::signing) status: String,
    pub(in crate::signing) public_key: Value,
    pub(in crate::signing) created_at: Timestamp,
    pub(in crate::signing) published_at: Option<Timestamp>,
    pub(in crate::signing) activated_at: Option<Timestamp>,
    pub(in crate::signing) retiring_at: Option<Timestamp>,
    pub(in crate::signing) retired_at: Option<Timestamp>,
    pub(in crate::signing) revoked_at: Option<Timestamp>,
    pub(in crate::signing) keep_until: Option<Timestamp>,
    pub(in crate::signing) cache_seconds: i32,
    pub(in crate::signing) life_seconds: i32,
    pub(in crate::signing) verify_only: bool,
    /// Whether an operator brought it; none from a version that did not note it.
    pub(in crate::signing) imported: Option<bool>,
    /// Under which backup epoch it was made, and published; 0 if that was not noted.
    pub(in crate::signing) made_epoch: i64,
    pub(in crate::signing) published_epoch: i64,
    /// Until when some replica served a set without it.
    pub(in crate::signing) absent_until: Option<Timestamp>,
    pub(in crate::signing) signatures: i64,
    pub(in crate::signing) verifications: i64,
}

/// A row of `auth.key_rotations`.
pub(in crate::signing) struct RequestRow {
    pub(in crate::signing) alg: String,
    pub(in crate::signing) requested_at: Timestamp,
    pub(in crate::signing) requested_by: String,
    pub(in crate::signing) accepted: Vec<String>,
}

/// Every key that there ever was, the oldest first.
pub(in crate::signing) async fn all(connection: &mut PgConnection) -> Result<Vec<KeyRow>, DatabaseError> {
    let rows = sqlx::query_as!(
        KeyRow,
        r#"select k.id, k.alg, k.status, k.public_key, k.created_at, k.published_at, k.activated_at, k.retiring_at,
            k.retired_at, k.revoked_at, k.keep_until, k.cache_seconds, k.life_seconds, k.verify_only, k.imported,
            coalesce(k.made_epoch, 0) as "made_epoch!", coalesce(k.published_epoch, 0) as "published_epoch!",
            a.absent_until as "absent_until?",
            coalesce(u.signatures, 0) as "signatures!", coalesce(u.verifications, 0) as "verifications!"
        from auth.jwks k
        left join auth.key_absences a on a.kid = k.id
        left join auth.key_uses u on u.kid = k.id
        where k.use = 'sig'
        order by k.created_at, k.id"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// One key with its private part.
pub(in crate::signing) async fn sealed(
    connection: &mut PgConnection,
    key_id: &KeyId,
) -> Result<Option<StoredKey>, DatabaseError> {
    let row = sqlx::query!(
        "select id, alg, status, public_key, private_key_sealed, kek_id, verify_only from auth.jwks where id = $1",
        key_id.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| StoredKey {
        key_id: KeyId::from_text(row.id),
        algorithm: row.alg,
        status: row.status,
        public_key: row.public_key,
        sealed: row.private_key_sealed,
        kek_id: row.kek_id,
        verify_only: row.verify_only,
    }))
}

/// Inserts a key in a state; says whether it stayed. One that would be the second active or next one does not.
pub(in crate::signing) async fn insert_key(
    connection: &mut PgConnection,
    key: &NewKey,
    status: &str,
    cache_seconds: i32,
    keep_until: Option<Timestamp>,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let inserted = sqlx::query!(
        "insert into auth.jwks
            (id, alg, use, public_key, private_key_sealed, kek_id, verify_only, status, cache_seconds, keep_until,
             created_at, published_at, activated_at, retiring_at, made_epoch, published_epoch)
        select $1, $2, 'sig', $3, $4, $5, $6, $7, $8, $9, at, at,
            case when $7 = 'active' then at end, case when $7 = 'retiring' then at end,
            p.backup_epoch, p.backup_epoch
        from (values ($10::timestamptz)) as moment (at)
        cross join auth.platform p
        on conflict do nothing",
        key.key_id.as_str(),
        key.algorithm.name(),
        key.public_key,
        key.sealed.bytes,
        key.sealed.kek_id,
        key.verify_only,
        status,
        cache_seconds,
        keep_until,
        now,
    )
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Moves a key from one state to another; says whether it was in the first.
pub(in crate::signing) async fn move_to(
    connection: &mut PgConnection,
    key_id: &KeyId,
    from: &str,
    to: &str,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let moved = sqlx::query!(
        "update auth.jwks
        set status = $3,
            activated_at = case when $3 = 'active' then $4 else activated_at end,
            retiring_at = case when $3 = 'retiring' then $4 else retiring_at end,
            retired_at = case when $3 = 'retired' then $4 else retired_at end,
            revoked_at = case when $3 = 'revoked' then $4 else revoked_at end
        where id = $1 and status = $2",
        key_id.as_str(),
        from,
        to,
        now,
    )
    .execute(connection)
    .await?;
    Ok(moved.rows_affected() == 1)
}

/// Notes that active keys sign what lives so long; those that signed longer-lived things keep that.
pub(in crate::signing) async fn raise_life(
    connection: &mut PgConnection,
    seconds: i32,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.jwks set life_seconds = $1 where status = 'active' and life_seconds < $1",
        seconds,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Gives keys that sign no more, and of which nobody noted since when, the time of now: an older version, or a hand, may
/// have left it out.
pub(in crate::signing) async fn note_retiring(
    connection: &mut PgConnection,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.jwks set retiring_at = $1 where status = 'retiring' and retiring_at is null",
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The rotations that were asked for.
pub(in crate::signing) async fn requests(
    connection: &mut PgConnection,
) -> Result<Vec<RequestRow>, DatabaseError> {
    let rows = sqlx::query_as!(
        RequestRow,
        "select alg, requested_at, requested_by, accepted from auth.key_rotations order by alg"
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Asks for a rotation; one that is under way accepts more verifiers that may break.
pub(in crate::signing) async fn ask(
    connection: &mut PgConnection,
    request: &RequestRow,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into auth.key_rotations as known (alg, requested_at, requested_by, accepted, requested_epoch)
        select $1, $2, $3, $4, p.backup_epoch
        from auth.platform p
        on conflict (alg) do update
        set accepted = array(select distinct unnest(known.accepted || excluded.accepted) order by 1)",
        request.alg,
        request.requested_at,
        request.requested_by,
        &request.accepted,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets a request that is done.
pub(in crate::signing) async fn forget_request(
    connection: &mut PgConnection,
    algorithm: &str,
) -> Result<(), DatabaseError> {
    sqlx::query!("delete from auth.key_rotations where alg = $1", algorithm)
        .execute(connection)
        .await?;
    Ok(())
}
