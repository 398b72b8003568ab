//! Owns the statements that seal the rows of `auth.token_hooks` anew.

use crate::db::{DatabaseError, PgConnection};
use crate::sealing::{Batch, Sealed};

/// A row as it is sealed.
pub(in crate::hook) struct SealedRow {
    pub(in crate::hook) id: String,
    pub(in crate::hook) name: String,
    pub(in crate::hook) sealed: Vec<u8>,
    pub(in crate::hook) kek_id: String,
}

/// How many hooks each key-encryption key is needed for.
pub(in crate::hook) async fn count(
    connection: &mut PgConnection,
) -> Result<Vec<(String, i64)>, DatabaseError> {
    let rows = sqlx::query!(
        r#"select kek_id as "kek_id!", count(*) as "count!"
           from auth.token_hooks
           where kek_id is not null
           group by kek_id"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.kek_id, row.count)).collect())
}

/// The next hooks that this key-encryption key does not seal, locked; those that somebody else has locked are left out.
pub(in crate::hook) async fn sealed_by_others(
    connection: &mut PgConnection,
    kek_id: &str,
    batch: &Batch,
) -> Result<Vec<SealedRow>, DatabaseError> {
    let rows = sqlx::query_as!(
        SealedRow,
        r#"select id, name, secrets_sealed as "sealed!", kek_id as "kek_id!"
           from auth.token_hooks
           where kek_id <> $1
               and id > $2
           order by id
           limit $3
           for update skip locked"#,
        kek_id,
        batch.after.as_deref().unwrap_or_default(),
        batch.limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Replaces the envelopes of hooks that were locked before.
pub(in crate::hook) async fn replace(
    connection: &mut PgConnection,
    sealed: &[(&SealedRow, Sealed)],
) -> Result<u64, DatabaseError> {
    let ids: Vec<&str> = sealed.iter().map(|(row, _)| row.id.as_str()).collect();
    let bytes: Vec<&[u8]> = sealed.iter().map(|(_, new)| new.bytes.as_slice()).collect();
    let sealed_by: Vec<&str> = sealed.iter().map(|(_, new)| new.kek_id.as_str()).collect();
    let replaced = sqlx::query!(
        "update auth.token_hooks as stored
         set secrets_sealed = new.sealed, kek_id = new.kek_id
         from unnest($1::text[], $2::bytea[], $3::text[]) as new (id, sealed, kek_id)
         where stored.id = new.id",
        &ids as &[&str],
        &bytes as &[&[u8]],
        &sealed_by as &[&str],
    )
    .execute(connection)
    .await?;
    Ok(replaced.rows_affected())
}
