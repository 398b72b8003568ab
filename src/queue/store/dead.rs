//! Owns the statements of operators, and of the clean-up.

use super::row;
use crate::base::clock::Timestamp;
use crate::base::id::JobId;
use crate::db::{DatabaseError, PgConnection};
use crate::queue::dead::{Waiting, Wanted};
use crate::queue::job::JobKind;

/// A row as it stands.
struct Row {
    id: String,
    kind: String,
    key: Option<String>,
    payload_sealed: Option<Vec<u8>>,
    kek_id: Option<String>,
    queued_at: Timestamp,
    attempts: i32,
    next_attempt_at: Timestamp,
    leased_by: Option<String>,
    last_error: Option<String>,
    dead_at: Option<Timestamp>,
}

impl Row {
    fn read(self) -> Result<Waiting, DatabaseError> {
        Ok(Waiting {
            id: JobId::from_text(self.id),
            kind: row::kind(&self.kind)?,
            key: self.key,
            queued_at: self.queued_at,
            attempts: self.attempts,
            next_attempt_at: self.next_attempt_at,
            leased_by: self.leased_by,
            last_error: self.last_error,
            dead_at: self.dead_at,
            sealed: row::sealed(self.payload_sealed, self.kek_id),
        })
    }
}

pub(in crate::queue) async fn list(
    connection: &mut PgConnection,
    wanted: &Wanted,
) -> Result<Vec<Waiting>, DatabaseError> {
    // A newer version may have kinds that this one does not know.
    let kinds = wanted
        .kind
        .map_or_else(|| JobKind::ALL.to_vec(), |kind| vec![kind]);
    let kinds: Vec<&str> = kinds.into_iter().map(JobKind::name).collect();
    let rows = sqlx::query_as!(
        Row,
        "select id, kind, key, payload_sealed, kek_id, queued_at, attempts, next_attempt_at, leased_by, last_error,
                dead_at
         from auth.queue
         where kind = any($1)
           and (dead_at is not null) = $2::boolean
           and id > $3
         order by id
         limit $4",
        &kinds as &[&str],
        wanted.dead,
        wanted.after.as_ref().map_or("", JobId::as_str),
        wanted.limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

pub(in crate::queue) async fn find(
    connection: &mut PgConnection,
    id: &JobId,
) -> Result<Option<Waiting>, DatabaseError> {
    let row = sqlx::query_as!(
        Row,
        "select id, kind, key, payload_sealed, kek_id, queued_at, attempts, next_attempt_at, leased_by, last_error,
                dead_at
         from auth.queue
         where id = $1",
        id.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::read).transpose()
}

/// Makes a dead letter a job again; its kind.
pub(in crate::queue) async fn replay(
    connection: &mut PgConnection,
    id: &JobId,
    now: Timestamp,
) -> Result<Option<JobKind>, DatabaseError> {
    let kind = sqlx::query_scalar!(
        "update auth.queue q
         set dead_at = null,
             attempts = 0,
             queued_at = $2,
             next_attempt_at = $2,
             leased_by = null
         where id = $1
           and dead_at is not null
           and not exists (
               select from auth.queue other
               where other.kind = q.kind and other.key = q.key and other.dead_at is null)
         returning kind",
        id.as_str(),
        now,
    )
    .fetch_optional(connection)
    .await?;
    kind.as_deref().map(row::kind).transpose()
}

/// The same of all of a kind. Of several about the same the latest.
pub(in crate::queue) async fn replay_all(
    connection: &mut PgConnection,
    kind: JobKind,
    now: Timestamp,
) -> Result<u64, DatabaseError> {
    let done = sqlx::query!(
        "update auth.queue q
         set dead_at = null,
             attempts = 0,
             queued_at = $2,
             next_attempt_at = $2,
             leased_by = null
         where kind = $1
           and dead_at is not null
           and not exists (
               select from auth.queue other
               where other.kind = q.kind and other.key = q.key and (other.dead_at is null or other.id > q.id))",
        kind.name(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

pub(in crate::queue) async fn delete(
    connection: &mut PgConnection,
    id: &JobId,
) -> Result<Option<JobKind>, DatabaseError> {
    let kind = sqlx::query_scalar!("delete from auth.queue where id = $1 returning kind", id.as_str())
        .fetch_optional(connection)
        .await?;
    kind.as_deref().map(row::kind).transpose()
}

pub(in crate::queue) async fn expire(
    connection: &mut PgConnection,
    before: Timestamp,
    most: i64,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let done = sqlx::query!(
        "delete from auth.queue
         where id in (
             select id
             from auth.queue
             where dead_at is not null
               and (dead_at <= $1
                   or dead_at < (
                       select dead_at from auth.queue
                       where dead_at is not null
                       order by dead_at desc
                       offset greatest($2::bigint - 1, 0) limit 1))
             order by dead_at
             limit $3
             for update skip locked)",
        before,
        most,
        limit,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}
