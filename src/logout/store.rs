//! Logout requests in the database.

use std::time::Duration;

use super::request::LogoutRequest;
use crate::base::clock;
use crate::base::digest::Digest;
use crate::db::{DatabaseError, UnitOfWork};

const fn unreadable() -> DatabaseError {
    DatabaseError::Inconsistent {
        table: "auth.logout_requests",
        problem: "request is not a logout request",
    }
}

pub(super) async fn insert(
    work: &mut UnitOfWork,
    digest: &Digest,
    request: &LogoutRequest,
    lifetime: Duration,
) -> Result<(), DatabaseError> {
    let now = work.now();
    let request = serde_json::to_value(request).map_err(|_| unreadable())?;
    sqlx::query!(
        r#"insert into auth.logout_requests (digest, request, created_at, expires_at)
           values ($1, $2, $3, $4)"#,
        digest.as_bytes(),
        request,
        now,
        clock::after(now, lifetime),
    )
    .execute(work.connection()?)
    .await?;
    Ok(())
}

pub(super) async fn find(
    work: &mut UnitOfWork,
    digest: &Digest,
    browser: &Digest,
) -> Result<Option<LogoutRequest>, DatabaseError> {
    let now = work.now();
    // Binding writes only while no browser is bound; reading is the common case.
    let found = sqlx::query_scalar!(
        r#"with bound as (
                update auth.logout_requests
                set browser_digest = $2
                where digest = $1
                  and browser_digest is null
                  and expires_at > $3
                returning request)
           select request as "request!"
           from bound
           union all
           select request
           from auth.logout_requests
           where digest = $1
             and browser_digest = $2
             and expires_at > $3"#,
        digest.as_bytes(),
        browser.as_bytes(),
        now,
    )
    .fetch_optional(work.connection()?)
    .await?;
    found
        .map(|request| serde_json::from_value(request).map_err(|_| unreadable()))
        .transpose()
}

pub(super) async fn expire(work: &mut UnitOfWork, limit: i64) -> Result<u64, DatabaseError> {
    let now = work.now();
    let deleted = sqlx::query!(
        r#"delete from auth.logout_requests
           where ctid in (
                select ctid
                from auth.logout_requests
                where expires_at <= $1
                limit $2
                for update skip locked)"#,
        now,
        limit,
    )
    .execute(work.connection()?)
    .await?;
    Ok(deleted.rows_affected())
}
