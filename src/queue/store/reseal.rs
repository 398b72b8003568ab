//! Owns the statements that seal what jobs carry anew.

use crate::db::{DatabaseError, PgConnection};
use crate::sealing::{Batch, Sealed};

/// A row as it is sealed.
pub(in crate::queue) struct SealedRow {
    pub(in crate::queue) id: String,
    pub(in crate::queue) sealed: Vec<u8>,
    pub(in crate::queue) kek_id: String,
    pub(in crate::queue) dead: bool,
}

/// How many jobs each key-encryption key is needed for.
pub(in crate::queue) async fn count(
    connection: &mut PgConnection,
) -> Result<Vec<(String, i64)>, DatabaseError> {
    let rows = sqlx::query!(
        r#"select kek_id as "kek_id!", count(*) as "count!"
           from auth.queue
           where kek_id is not null
             and dead_at is null
           group by kek_id"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.kek_id, row.count)).collect())
}

/// The next jobs that this key-encryption key does not seal, locked; those that somebody else has locked are left out.
pub(in crate::queue) async fn sealed_by_others(
    connection: &mut PgConnection,
    kek_id: &str,
    batch: &Batch,
) -> Result<Vec<SealedRow>, DatabaseError> {
    let rows = sqlx::query_as!(
        SealedRow,
        r#"select id, payload_sealed as "sealed!", kek_id as "kek_id!", dead_at is not null as "dead!"
           from auth.queue
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

/// Replaces the envelopes of jobs that were locked before.
pub(in crate::queue) async fn replace(
    connection: &mut PgConnection,
    sealed: &[(&SealedRow, Sealed)],
) -> Result<u64, DatabaseError> {
    let ids: Vec<&str> = sealed.iter().map(|(row, _)| row.id.as_str()).collect();
    let bytes: Vec<&[u8]> = sealed.iter().map(|(_, new)| new.bytes.as_slice()).collect();
    let sealed_by: Vec<&str> = sealed.iter().map(|(_, new)| new.kek_id.as_str()).collect();
    let replaced = sqlx::query!(
        "update auth.queue as stored
         set payload_sealed = new.sealed, kek_id = new.kek_id
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
