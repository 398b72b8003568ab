//! `auth.hook_events`: questions that were kept.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::base::clock::Timestamp;
use crate::base::id::UserId;
use crate::db::{DatabaseError, PgConnection};
use crate::hook::finding::Finding;
use crate::hook::sample::{Kept, OwnQuestion};

/// Keeps a question in its slot, unless a later one stands there, or its person was deleted meanwhile: a deletion
/// under way is waited for.
pub(in crate::hook) async fn keep(
    connection: &mut PgConnection,
    slot: i32,
    kept: &Kept,
) -> Result<(), DatabaseError> {
    let Kept {
        question,
        verdict,
        findings,
    } = kept;
    sqlx::query!(
        "with living as (
            select id
            from auth.users
            where id = $9
              and deleted_at is null
            for share)
         insert into auth.hook_events (slot, event_id, occurred_at, output, question, said, failure, findings)
         select $1::integer, $2::text, $3::timestamptz, $4::text, $5::jsonb, $6::jsonb, $7::text, $8::jsonb
         from living
         on conflict (slot) do update
         set event_id = excluded.event_id, occurred_at = excluded.occurred_at, output = excluded.output,
             question = excluded.question, said = excluded.said, failure = excluded.failure,
             findings = excluded.findings
         where hook_events.occurred_at <= excluded.occurred_at",
        slot,
        question.event_id().as_str(),
        question.now(),
        question.output(),
        json!(question),
        verdict.as_ref().ok().map(|said| json!(said)),
        verdict.as_ref().err(),
        json!(findings),
        question.user_id().as_str(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The latest questions since a time, the latest first.
pub(in crate::hook) async fn latest(
    connection: &mut PgConnection,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<Kept>, DatabaseError> {
    let rows = sqlx::query!(
        "select question, said, failure, findings
         from auth.hook_events
         where occurred_at >= $1
         order by occurred_at desc, slot
         limit $2",
        since,
        limit,
    )
    .fetch_all(connection)
    .await?;
    // What an older version kept in another form is left out, until its time is over.
    let kept = rows.into_iter().filter_map(|row| {
        let question: Option<OwnQuestion> = serde_json::from_value(row.question).ok();
        let findings: Option<BTreeMap<String, Finding>> = serde_json::from_value(row.findings).ok();
        let verdict = match (row.said, row.failure) {
            (Some(Value::Object(said)), None) => Ok(said),
            (None, Some(code)) => Err(code),
            _ => return None,
        };
        Some(Kept {
            question: question?,
            verdict,
            findings: findings?,
        })
    });
    Ok(kept.collect())
}

/// Deletes every question about a person.
pub(in crate::hook) async fn forget(
    connection: &mut PgConnection,
    user_id: &UserId,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "delete from auth.hook_events
         where question ->> 'user_id' = $1",
        user_id.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Deletes what is too old, and what stands beyond the slots there are now.
pub(in crate::hook) async fn expire(
    connection: &mut PgConnection,
    before: Timestamp,
    slots: i32,
) -> Result<u64, DatabaseError> {
    let deleted = sqlx::query!(
        "delete from auth.hook_events
         where occurred_at < $1
            or slot >= $2",
        before,
        slots,
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}
