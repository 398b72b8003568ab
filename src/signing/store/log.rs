//! Owns the statements on `auth.key_log`, and the lock under which keys change: one change at a time, so that the log
//! has one order. The lock ends with its transaction, also with that of a replica that was lost.

use crate::base::digest::Digest;
use crate::db::{DatabaseError, PgConnection};

/// A row of `auth.key_log`.
#[derive(Debug, Clone)]
pub(in crate::signing) struct LogRow {
    pub(in crate::signing) sequence: i64,
    pub(in crate::signing) entry: String,
    pub(in crate::signing) hash: Vec<u8>,
    pub(in crate::signing) signed: Option<String>,
    pub(in crate::signing) countersigned: Option<String>,
}

/// Waits for the lock.
pub(in crate::signing) async fn lock(connection: &mut PgConnection) -> Result<(), DatabaseError> {
    sqlx::query!(r#"select 1 as "one" from pg_advisory_xact_lock(hashtextextended('auth.key_log', 0))"#)
        .fetch_one(connection)
        .await?;
    Ok(())
}

/// Takes the lock if nobody has it.
pub(in crate::signing) async fn try_lock(connection: &mut PgConnection) -> Result<bool, DatabaseError> {
    let taken = sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock(hashtextextended('auth.key_log', 0)) as "taken!""#
    )
    .fetch_one(connection)
    .await?;
    Ok(taken)
}

/// The newest entry.
pub(in crate::signing) async fn last(connection: &mut PgConnection) -> Result<Option<LogRow>, DatabaseError> {
    let row = sqlx::query_as!(
        LogRow,
        "select sequence, entry, hash, signed, countersigned from auth.key_log order by sequence desc limit 1"
    )
    .fetch_optional(connection)
    .await?;
    Ok(row)
}

/// Every entry, in order.
pub(in crate::signing) async fn entries(connection: &mut PgConnection) -> Result<Vec<LogRow>, DatabaseError> {
    let rows = sqlx::query_as!(
        LogRow,
        "select sequence, entry, hash, signed, countersigned from auth.key_log order by sequence"
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Adds an entry.
pub(in crate::signing) async fn append(
    connection: &mut PgConnection,
    sequence: i64,
    entry: &str,
    hash: &Digest,
    (signed, countersigned): (Option<String>, Option<String>),
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into auth.key_log (sequence, entry, hash, signed, countersigned) values ($1, $2, $3, $4, $5)",
        sequence,
        entry,
        hash.as_bytes(),
        signed,
        countersigned,
    )
    .execute(connection)
    .await?;
    Ok(())
}
