//! Owns the statements with which work is taken and settled.

use super::row;
use crate::base::clock::Timestamp;
use crate::base::id::{JobId, ReplicaId};
use crate::db::{DatabaseError, PgConnection};
use crate::queue::job::JobKind;
use crate::queue::run::Due;
use crate::sealing::Sealed;

/// When the first job of each kind may be begun: a look into the index for each of them.
pub(in crate::queue) async fn due(
    connection: &mut PgConnection,
    kinds: &[JobKind],
) -> Result<Vec<Due>, DatabaseError> {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    let rows = sqlx::query!(
        r#"select kind as "kind!", (
               select min(q.next_attempt_at)
               from auth.queue q
               where q.kind = asked.kind and q.dead_at is null) as at
           from unnest($1::text[]) asked (kind)"#,
        &names as &[&str],
    )
    .fetch_all(connection)
    .await?;
    let due = rows.into_iter().filter_map(|row| {
        let at = row.at?;
        Some(row::kind(&row.kind).map(|kind| Due { kind, at }))
    });
    due.collect()
}

/// From when to when an attempt is whose.
pub(in crate::queue) struct Lease<'a> {
    pub(in crate::queue) now: Timestamp,
    pub(in crate::queue) until: Timestamp,
    pub(in crate::queue) replica: &'a ReplicaId,
}

/// An attempt that was taken.
pub(in crate::queue) struct Taken {
    pub(in crate::queue) id: JobId,
    pub(in crate::queue) attempts: i32,
    pub(in crate::queue) queued_at: Timestamp,
    pub(in crate::queue) sealed: Option<Sealed>,
}

/// Takes the jobs that have waited longest; those that somebody else takes at this moment are left out.
pub(in crate::queue) async fn claim(
    connection: &mut PgConnection,
    kind: JobKind,
    lease: &Lease<'_>,
    limit: i64,
) -> Result<Vec<Taken>, DatabaseError> {
    let rows = sqlx::query!(
        "with due as (
             select id
             from auth.queue
             where kind = $1
               and dead_at is null
               and next_attempt_at <= $2
             order by next_attempt_at
             limit $3
             for update skip locked)
         update auth.queue q
         set attempts = q.attempts + 1,
             next_attempt_at = $4,
             leased_by = $5
         from due
         where q.id = due.id
         returning q.id, q.attempts, q.queued_at, q.payload_sealed, q.kek_id",
        kind.name(),
        lease.now,
        limit,
        lease.until,
        lease.replica.as_str(),
    )
    .fetch_all(connection)
    .await?;
    let taken = rows.into_iter().map(|row| Taken {
        id: JobId::from_text(row.id),
        attempts: row.attempts,
        queued_at: row.queued_at,
        sealed: row::sealed(row.payload_sealed, row.kek_id),
    });
    Ok(taken.collect())
}

/// Deletes a job that is done, unless a later attempt has begun.
pub(in crate::queue) async fn finish(
    connection: &mut PgConnection,
    id: &JobId,
    attempt: i32,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "delete from auth.queue
         where id = $1
           and attempts = $2
           and dead_at is null",
        id.as_str(),
        attempt,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What is written down of a failed attempt.
pub(in crate::queue) struct Outcome<'a> {
    pub(in crate::queue) next: Timestamp,
    pub(in crate::queue) dead_at: Option<Timestamp>,
    pub(in crate::queue) reason: &'a str,
}

/// Writes down that an attempt failed, unless a later one has begun.
pub(in crate::queue) async fn fail(
    connection: &mut PgConnection,
    id: &JobId,
    attempt: i32,
    outcome: &Outcome<'_>,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.queue
         set next_attempt_at = $3,
             dead_at = $4,
             last_error = $5,
             leased_by = null
         where id = $1
           and attempts = $2
           and dead_at is null",
        id.as_str(),
        attempt,
        outcome.next,
        outcome.dead_at,
        outcome.reason,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}
