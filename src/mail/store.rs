//! Owns the statements on `auth.mail_counts` and `auth.mail_bounces`.

use super::bounce::Bounce;
use super::limit::Count;
use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::db::{DatabaseError, PgConnection};

/// One more mail that is asked for.
pub(super) struct Asked<'a> {
    pub(super) address: &'a Digest,
    pub(super) message: &'static str,
    pub(super) counts_in_a_day: bool,
    pub(super) hour_ago: Timestamp,
    pub(super) day_ago: Timestamp,
    pub(super) now: Timestamp,
}

/// Counts it: how many of its kind there are in this hour with it, and how many in this day. The day's row comes first, so that whoever counts for one address does so one
/// after the other; it counts only what the hour lets through, so that many of one kind leave room for others.
pub(super) async fn count(
    connection: &mut PgConnection,
    asked: &Asked<'_>,
    hourly: i32,
) -> Result<(i32, i32), DatabaseError> {
    let counted = sqlx::query!(
        r#"with day as (
               insert into auth.mail_counts as c (address, message, began_at, sent)
               select $1::bytea, '', $4::timestamptz, 1
               where $3::boolean
               on conflict (address, message) do update
               set began_at = case when c.began_at <= $6 then excluded.began_at else c.began_at end,
                   sent = case
                       when c.began_at <= $6 then 1
                       when exists (
                           select from auth.mail_counts h
                           where h.address = $1 and h.message = $2 and h.began_at > $5 and h.sent >= $7::integer)
                       then c.sent
                       else least(c.sent, 1000000) + 1
                   end
               returning sent),
           hour as (
               insert into auth.mail_counts as c (address, message, began_at, sent)
               select $1, $2::text, $4, 1
               where (select count(*) from day) >= 0
               on conflict (address, message) do update
               set began_at = case when c.began_at <= $5 then excluded.began_at else c.began_at end,
                   sent = case when c.began_at <= $5 then 1 else least(c.sent, 1000000) + 1 end
               returning sent)
           select hour.sent as "hour!", coalesce((select day.sent from day), 0) as "day!"
           from hour"#,
        asked.address.as_bytes(),
        asked.message,
        asked.counts_in_a_day,
        asked.now,
        asked.hour_ago,
        asked.day_ago,
        hourly,
    )
    .fetch_one(connection)
    .await?;
    Ok((counted.hour, counted.day))
}

pub(super) async fn counts(
    connection: &mut PgConnection,
    address: &Digest,
    since: Timestamp,
) -> Result<Vec<Count>, DatabaseError> {
    let rows = sqlx::query!(
        "select message, began_at, sent
         from auth.mail_counts
         where address = $1
           and began_at > $2
         order by message",
        address.as_bytes(),
        since,
    )
    .fetch_all(connection)
    .await?;
    let counts = rows.into_iter().map(|row| Count {
        message: Some(row.message).filter(|message| !message.is_empty()),
        began_at: row.began_at,
        asked: row.sent,
    });
    Ok(counts.collect())
}

pub(super) async fn expire_counts(
    connection: &mut PgConnection,
    hour_ago: Timestamp,
    day_ago: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let done = sqlx::query!(
        "delete from auth.mail_counts
         where (address, message) in (
             select address, message
             from auth.mail_counts
             where began_at <= $1
               and (message <> '' or began_at <= $2)
             order by began_at
             limit $3
             for update skip locked)",
        hour_ago,
        day_ago,
        limit,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

pub(super) async fn note_bounce(
    connection: &mut PgConnection,
    address: &Digest,
    reason: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into auth.mail_bounces as b (address, reason, bounced_at, times)
         values ($1, $2, $3, 1)
         on conflict (address) do update
         set reason = excluded.reason,
             bounced_at = excluded.bounced_at,
             times = least(b.times, 1000000) + 1",
        address.as_bytes(),
        reason,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn bounce(
    connection: &mut PgConnection,
    address: &Digest,
) -> Result<Option<Bounce>, DatabaseError> {
    let row = sqlx::query_as!(
        Bounce,
        "select reason, bounced_at, times
         from auth.mail_bounces
         where address = $1",
        address.as_bytes(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(row)
}

pub(super) async fn expire_bounces(
    connection: &mut PgConnection,
    before: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let done = sqlx::query!(
        "delete from auth.mail_bounces
         where address in (
             select address
             from auth.mail_bounces
             where bounced_at <= $1
             order by bounced_at
             limit $2
             for update skip locked)",
        before,
        limit,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}
