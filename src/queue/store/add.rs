//! Owns the statement with which a job comes in.

use crate::base::clock::Timestamp;
use crate::base::id::JobId;
use crate::db::{DatabaseError, PgConnection};
use crate::queue::job::JobKind;
use crate::sealing::Sealed;

/// A job to be written.
pub(in crate::queue) struct NewRow<'a> {
    pub(in crate::queue) id: &'a JobId,
    pub(in crate::queue) kind: JobKind,
    pub(in crate::queue) key: Option<&'a str>,
    pub(in crate::queue) sealed: Option<&'a Sealed>,
}

/// Writes a job, unless so many of its kind wait. One with the same key that waits gives way: it has the new id from then
/// on, so that whoever does the old one at this moment settles nothing.
pub(in crate::queue) async fn insert(
    connection: &mut PgConnection,
    row: &NewRow<'_>,
    most: i64,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "insert into auth.queue (id, kind, key, payload_sealed, kek_id, queued_at, next_attempt_at)
         select $1, $2::text, $3, $4, $5, $6::timestamptz, $6
         where (
             select count(*)
             from (select from auth.queue q where q.kind = $2 and q.dead_at is null limit $7) waiting) < $7
         on conflict (kind, key) where dead_at is null do update
         set id = excluded.id,
             payload_sealed = excluded.payload_sealed,
             kek_id = excluded.kek_id,
             queued_at = excluded.queued_at,
             next_attempt_at = excluded.next_attempt_at,
             attempts = 0,
             leased_by = null,
             last_error = null",
        row.id.as_str(),
        row.kind.name(),
        row.key,
        row.sealed.map(|sealed| sealed.bytes.as_slice()),
        row.sealed.map(|sealed| sealed.kek_id.as_str()),
        now,
        most,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}
