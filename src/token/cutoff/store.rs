//! Owns the statements on `auth.epoch_cutoffs`.

use sqlx::types::Json;

use super::cursor::Cutoff;
use crate::base::clock::Timestamp;
use crate::db::snapshot::Snapshot;
use crate::db::{DatabaseError, UnitOfWork};

/// What one reading found.
pub(super) struct Read {
    /// What was visible to it.
    pub(super) snapshot: Snapshot,
    /// The reader's snapshot was none of this database's: everything was read.
    pub(super) reset: bool,
    /// The newest transaction among the cut-offs.
    pub(super) last: Option<u64>,
    pub(super) cutoffs: Vec<Cutoff>,
}

/// Cut-offs that the reader's snapshot does not show, oldest transaction first and whole transactions only.
pub(super) async fn read_cutoffs(
    work: &mut UnitOfWork,
    seen: &Snapshot,
    page: i64,
) -> Result<Read, DatabaseError> {
    // A snapshot that is ahead of us belongs to another time of this database, or to another database.
    let row = sqlx::query!(
        r#"with reader as materialized (
                select pg_snapshot_xmax($1::text::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot()) as ahead,
                    case
                        when pg_snapshot_xmax($1::text::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot())
                        then '1:1:'::pg_snapshot
                        else $1::text::pg_snapshot
                    end as seen),
           page as (
                select c.user_id, c.organization_id, c.minimum, c.changed_at, c.xid
                from auth.epoch_cutoffs c
                where c.xid >= (select pg_snapshot_xmin(seen) from reader)
                  and not pg_visible_in_snapshot(c.xid, (select seen from reader))
                order by c.xid
                fetch first $2 rows with ties)
           select pg_current_snapshot()::text as "snapshot!",
            (select ahead from reader) as "reset!",
            (select max(xid::text::bigint) from page) as last,
            (select coalesce(jsonb_agg(jsonb_build_object(
                'user_id', user_id, 'organization_id', organization_id, 'minimum', minimum, 'changed_at', changed_at)
                order by xid), '[]')
             from page) as "cutoffs!: Json<Vec<Cutoff>>""#,
        seen.to_string(),
        page,
    )
    .fetch_one(work.connection()?)
    .await?;
    Ok(Read {
        snapshot: own(&row.snapshot)?,
        reset: row.reset,
        last: row.last.and_then(|last| u64::try_from(last).ok()),
        cutoffs: row.cutoffs.0,
    })
}

/// What is visible now, and whether a cut-off is that the given snapshot does not show.
pub(super) async fn cutoffs_moved(
    work: &mut UnitOfWork,
    since: Option<&Snapshot>,
) -> Result<(Snapshot, bool), DatabaseError> {
    let row = sqlx::query!(
        r#"select pg_current_snapshot()::text as "snapshot!",
            $1::text is null or exists (
                select
                from auth.epoch_cutoffs c
                where c.xid >= pg_snapshot_xmin($1::text::pg_snapshot)
                  and not pg_visible_in_snapshot(c.xid, $1::text::pg_snapshot)) as "moved!""#,
        since.map(ToString::to_string),
    )
    .fetch_one(work.connection()?)
    .await?;
    Ok((own(&row.snapshot)?, row.moved))
}

fn own(snapshot: &str) -> Result<Snapshot, DatabaseError> {
    Snapshot::parse(snapshot).ok_or(DatabaseError::Inconsistent {
        table: "auth.epoch_cutoffs",
        problem: "the database's snapshot is none",
    })
}

pub(super) async fn expire_cutoffs(
    work: &mut UnitOfWork,
    before: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let deleted = sqlx::query!(
        r#"delete from auth.epoch_cutoffs
           where ctid in (
                select ctid
                from auth.epoch_cutoffs
                where changed_at <= $1
                limit $2
                for update skip locked)"#,
        before,
        limit,
    )
    .execute(work.connection()?)
    .await?;
    Ok(deleted.rows_affected())
}
