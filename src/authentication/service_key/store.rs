//! Owns the statements on `auth.service_keys`.

use super::key::{ServiceKey, ServiceScope};
use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::ServiceKeyId;
use crate::db::{DatabaseError, PgConnection};

struct Row {
    id: String,
    name: String,
    scopes: Vec<String>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
}

fn key(row: Row) -> ServiceKey {
    ServiceKey {
        id: ServiceKeyId::from_text(row.id),
        name: row.name,
        // A name that this version does not know opens nothing.
        scopes: row
            .scopes
            .iter()
            .filter_map(|name| ServiceScope::parse(name))
            .collect(),
        created_at: row.created_at,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
        last_used_at: row.last_used_at,
    }
}

/// Makes other changes of this name's keys wait for this transaction.
pub(super) async fn lock(connection: &mut PgConnection, name: &str) -> Result<(), DatabaseError> {
    sqlx::query!(
        r#"select 1 as "one" from pg_advisory_xact_lock(hashtextextended('auth.service_keys:' || $1, 0))"#,
        name
    )
    .fetch_optional(connection)
    .await?;
    Ok(())
}

pub(super) async fn insert(
    connection: &mut PgConnection,
    key: &ServiceKey,
    digest: &Digest,
) -> Result<(), DatabaseError> {
    let scopes: Vec<String> = key.scopes.iter().map(|scope| scope.name().to_owned()).collect();
    sqlx::query!(
        "insert into auth.service_keys (id, name, digest, scopes, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        key.id.as_str(),
        key.name,
        digest.as_bytes(),
        &scopes,
        key.created_at,
        key.expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The keys of a name that open at `now`, newest first.
pub(super) async fn live(
    connection: &mut PgConnection,
    name: &str,
    now: Timestamp,
) -> Result<Vec<ServiceKey>, DatabaseError> {
    let rows = sqlx::query_as!(
        Row,
        "select id, name, scopes, created_at, expires_at, revoked_at, last_used_at
         from auth.service_keys
         where name = $1
           and revoked_at is null
           and (expires_at is null or expires_at > $2)
         order by created_at desc, id desc",
        name,
        now,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(key).collect())
}

pub(super) async fn list(connection: &mut PgConnection) -> Result<Vec<ServiceKey>, DatabaseError> {
    let rows = sqlx::query_as!(
        Row,
        "select id, name, scopes, created_at, expires_at, revoked_at, last_used_at
         from auth.service_keys
         order by name, created_at desc, id desc"
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(key).collect())
}

/// Ends a key at `at` at the latest.
pub(super) async fn end(
    connection: &mut PgConnection,
    id: &ServiceKeyId,
    at: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.service_keys
         set expires_at = least(expires_at, $2)
         where id = $1",
        id.as_str(),
        at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends every live key of a name; says how many.
pub(super) async fn revoke(
    connection: &mut PgConnection,
    name: &str,
    now: Timestamp,
) -> Result<u64, DatabaseError> {
    let done = sqlx::query!(
        "update auth.service_keys
         set revoked_at = $2
         where name = $1
           and revoked_at is null
           and (expires_at is null or expires_at > $2)",
        name,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// The key of a digest if it opens at `now`. That it was used is noted only if it was not since `noted_before`.
pub(super) async fn find(
    connection: &mut PgConnection,
    digest: &Digest,
    now: Timestamp,
    noted_before: Timestamp,
) -> Result<Option<ServiceKey>, DatabaseError> {
    let row = sqlx::query_as!(
        Row,
        r#"with found as (
                select id, name, scopes, created_at, expires_at, revoked_at, last_used_at
                from auth.service_keys
                where digest = $1
                  and revoked_at is null
                  and (expires_at is null or expires_at > $2)),
           noted as (
                update auth.service_keys k
                set last_used_at = $2
                from found
                where k.id = found.id
                  and (found.last_used_at is null or found.last_used_at < $3))
           select id, name, scopes, created_at, expires_at, revoked_at, last_used_at
           from found"#,
        digest.as_bytes(),
        now,
        noted_before,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(key))
}
