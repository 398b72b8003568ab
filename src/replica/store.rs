//! Owns the statements on `auth.replicas`.

use sqlx::types::Json;

use super::holdings::{Holdings, Kek, Replica, Unopened};
use crate::base::clock::Timestamp;
use crate::base::id::ReplicaId;
use crate::db::{DatabaseError, PgConnection};

pub(super) async fn report(
    connection: &mut PgConnection,
    id: &ReplicaId,
    holdings: &Holdings,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into auth.replicas (id, host, version, keks, seals_with, opened, unopened, started_at, reported_at,
             published, signs, key_policy)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (id) do update
         set keks = excluded.keks, seals_with = excluded.seals_with, opened = excluded.opened,
             unopened = excluded.unopened, reported_at = excluded.reported_at,
             published = excluded.published, signs = excluded.signs, key_policy = excluded.key_policy",
        id.as_str(),
        holdings.host,
        holdings.version,
        Json(&holdings.keks) as _,
        holdings.seals_with,
        &holdings.opened,
        Json(&holdings.unopened) as _,
        holdings.started_at,
        now,
        &holdings.published,
        &holdings.signs,
        serde_json::to_value(&holdings.key_policy).ok(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn list(
    connection: &mut PgConnection,
    since: Timestamp,
) -> Result<Vec<Replica>, DatabaseError> {
    let rows = sqlx::query!(
        r#"select host, version, keks as "keks: Json<Vec<Kek>>", seals_with, opened,
               unopened as "unopened: Json<Vec<Unopened>>", coalesce(published, opened) as "published!",
               coalesce(signs, '{}') as "signs!", key_policy, started_at, reported_at
           from auth.replicas
           where reported_at > $1
           order by started_at, id
           limit 100"#,
        since,
    )
    .fetch_all(connection)
    .await?;
    let replicas = rows.into_iter().map(|row| Replica {
        holdings: Holdings {
            host: row.host,
            version: row.version,
            keks: row.keks.0,
            seals_with: row.seals_with,
            opened: row.opened,
            published: row.published,
            signs: row.signs,
            key_policy: row
                .key_policy
                .and_then(|stated| serde_json::from_value(stated).ok()),
            unopened: row.unopened.0,
            started_at: row.started_at,
        },
        reported_at: row.reported_at,
    });
    Ok(replicas.collect())
}

pub(super) async fn lead(
    connection: &mut PgConnection,
    id: &ReplicaId,
    job: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, DatabaseError> {
    let led = sqlx::query_scalar!(
        r#"insert into auth.job_leads as l (job, replica, until)
           values ($1, $2, $3)
           on conflict (job) do update
           set replica = excluded.replica, until = excluded.until
           where l.replica = excluded.replica or l.until <= $4
           returning true as "led!""#,
        job,
        id.as_str(),
        until,
        now,
    )
    .fetch_optional(connection)
    .await?;
    Ok(led.is_some())
}

pub(super) async fn give_up(
    connection: &mut PgConnection,
    id: &ReplicaId,
    job: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.job_leads set until = $3 where job = $1 and replica = $2 and until > $3",
        job,
        id.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn delete(connection: &mut PgConnection, id: &ReplicaId) -> Result<(), DatabaseError> {
    sqlx::query!("delete from auth.replicas where id = $1", id.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn expire(
    connection: &mut PgConnection,
    before: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let deleted = sqlx::query!(
        "delete from auth.replicas
         where id in (
             select id
             from auth.replicas
             where reported_at <= $1
             limit $2
             for update skip locked
         )",
        before,
        limit,
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}
