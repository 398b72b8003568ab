//! Owns the statements on `auth.data_keys`.

use super::data_key::WrappedKey;
use crate::base::clock::Timestamp;
use crate::base::id::DataKeyId;
use crate::db::{DatabaseError, PgConnection};

pub(super) async fn all(connection: &mut PgConnection) -> Result<Vec<WrappedKey>, DatabaseError> {
    let rows = sqlx::query!("select id, kek_id, wrapped from auth.data_keys order by id")
        .fetch_all(connection)
        .await?;
    let keys = rows.into_iter().map(|row| WrappedKey {
        id: DataKeyId::from_text(row.id),
        kek_id: row.kek_id,
        wrapped: row.wrapped,
    });
    Ok(keys.collect())
}

pub(super) async fn insert(
    connection: &mut PgConnection,
    row: &WrappedKey,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into auth.data_keys (id, kek_id, wrapped, created_at) values ($1, $2, $3, $4)",
        row.id.as_str(),
        row.kek_id,
        row.wrapped,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn replace(
    connection: &mut PgConnection,
    old: &WrappedKey,
    new: &WrappedKey,
) -> Result<bool, DatabaseError> {
    let replaced = sqlx::query!(
        "update auth.data_keys set wrapped = $3 where id = $1 and wrapped = $2",
        old.id.as_str(),
        old.wrapped,
        new.wrapped,
    )
    .execute(connection)
    .await?;
    Ok(replaced.rows_affected() == 1)
}
