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

/// Takes the lock if nobody has it.
pub(in crate::signing) async fn try_lock(connection: &mut PgConnection) -> Result<bool, DatabaseError> {
    let taken = sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock(hashtextextended('auth.key_log', 0)) as "taken!""#
    )
    .fetch_one(connection)
    .await?;
    Ok(taken)
}

/// Lets everything that a transaction reads from now on be of one moment; it must be its first statement.
pub(in crate::signing) async fn hold_snapshot(connection: &mut PgConnection) -> Result<(), DatabaseError> {
    sqlx::query!("set transaction isolation level repeatable read")
        .execute(connection)
        .await?;
    Ok(())
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

/// The keys that no entry of the log names: an older version, or a hand, has added them past it. Entries are searched as
/// text, since a damaged one is none.
pub(in crate::signing) async fn unlogged(
    connection: &mut PgConnection,
) -> Result<Vec<String>, DatabaseError> {
    let kids = sqlx::query_scalar!(
        r#"select k.id
        from auth.jwks k
        where k.use = 'sig'
            and not exists (
                select from auth.key_log l
                where position('"key_id":' || to_json(k.id)::text in l.entry) > 0)
        order by k.created_at, k.id"#
    )
    .fetch_all(connection)
    .await?;
    Ok(kids)
}
