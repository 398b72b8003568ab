//! Owns the statements that seal the rows of `auth.jwks` and `auth.server_secrets` anew.

use crate::db::{DatabaseError, PgConnection};
use crate::sealing::{Batch, Sealed};

/// A row as it is sealed.
pub(in crate::signing) struct SealedRow {
    /// A `kid`, or a purpose.
    pub(in crate::signing) name: String,
    /// Of a secret.
    pub(in crate::signing) number: i32,
    pub(in crate::signing) sealed: Vec<u8>,
    pub(in crate::signing) kek_id: String,
    /// Whether nothing needs it any more.
    pub(in crate::signing) spent: bool,
}

/// How many keys each key-encryption key is needed for. A revoked one verifies nothing.
pub(in crate::signing) async fn count_keys(
    connection: &mut PgConnection,
) -> Result<Vec<(String, i64)>, DatabaseError> {
    let rows = sqlx::query!(
        r#"select kek_id, count(*) as "count!"
           from auth.jwks
           where status <> 'revoked'
           group by kek_id"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.kek_id, row.count)).collect())
}

/// How many secrets each key-encryption key is needed for.
pub(in crate::signing) async fn count_secrets(
    connection: &mut PgConnection,
) -> Result<Vec<(String, i64)>, DatabaseError> {
    let rows = sqlx::query!(
        r#"select kek_id, count(*) as "count!"
           from auth.server_secrets
           group by kek_id"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.kek_id, row.count)).collect())
}

/// The next keys that this key-encryption key does not seal, locked; those that somebody else has locked are left out.
pub(in crate::signing) async fn keys_sealed_by_others(
    connection: &mut PgConnection,
    kek_id: &str,
    batch: &Batch,
) -> Result<Vec<SealedRow>, DatabaseError> {
    let rows = sqlx::query_as!(
        SealedRow,
        r#"select id as name, 0 as "number!", private_key_sealed as sealed, kek_id, status = 'revoked' as "spent!"
           from auth.jwks
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

/// The same of secrets, behind this purpose and number.
pub(in crate::signing) async fn secrets_sealed_by_others(
    connection: &mut PgConnection,
    kek_id: &str,
    (purpose, number): (&str, i32),
    limit: i64,
) -> Result<Vec<SealedRow>, DatabaseError> {
    let rows = sqlx::query_as!(
        SealedRow,
        r#"select purpose as name, number, sealed, kek_id, false as "spent!"
           from auth.server_secrets
           where kek_id <> $1
               and (purpose, number) > ($2, $3)
           order by purpose, number
           limit $4
           for update skip locked"#,
        kek_id,
        purpose,
        number,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Replaces the envelopes of keys that were locked before.
pub(in crate::signing) async fn replace_keys(
    connection: &mut PgConnection,
    sealed: &[(&SealedRow, Sealed)],
) -> Result<u64, DatabaseError> {
    let names: Vec<&str> = sealed.iter().map(|(row, _)| row.name.as_str()).collect();
    let (bytes, sealed_by) = columns(sealed);
    let replaced = sqlx::query!(
        "update auth.jwks as stored
         set private_key_sealed = new.sealed, kek_id = new.kek_id
         from unnest($1::text[], $2::bytea[], $3::text[]) as new (id, sealed, kek_id)
         where stored.id = new.id",
        &names as &[&str],
        &bytes as &[&[u8]],
        &sealed_by as &[&str],
    )
    .execute(connection)
    .await?;
    Ok(replaced.rows_affected())
}

/// The same of secrets.
pub(in crate::signing) async fn replace_secrets(
    connection: &mut PgConnection,
    sealed: &[(&SealedRow, Sealed)],
) -> Result<u64, DatabaseError> {
    let purposes: Vec<&str> = sealed.iter().map(|(row, _)| row.name.as_str()).collect();
    let numbers: Vec<i32> = sealed.iter().map(|(row, _)| row.number).collect();
    let (bytes, sealed_by) = columns(sealed);
    let replaced = sqlx::query!(
        "update auth.server_secrets as stored
         set sealed = new.sealed, kek_id = new.kek_id
         from unnest($1::text[], $2::integer[], $3::bytea[], $4::text[]) as new (purpose, number, sealed, kek_id)
         where stored.purpose = new.purpose and stored.number = new.number",
        &purposes as &[&str],
        &numbers,
        &bytes as &[&[u8]],
        &sealed_by as &[&str],
    )
    .execute(connection)
    .await?;
    Ok(replaced.rows_affected())
}

fn columns<'a>(sealed: &'a [(&SealedRow, Sealed)]) -> (Vec<&'a [u8]>, Vec<&'a str>) {
    sealed
        .iter()
        .map(|(_, sealed)| (sealed.bytes.as_slice(), sealed.kek_id.as_str()))
        .unzip()
}
