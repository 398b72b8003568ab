//! The statements that end grants and tokens before their time (RFC 7009), and delete what has ended.

use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::{ClientId, GrantId, UserId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::token::revocation::{EndReason, EndedGrant};

pub(in crate::token) async fn end_grant(
    work: &mut UnitOfWork,
    grant_id: &GrantId,
    reason: EndReason,
) -> Result<Option<EndedGrant>, DatabaseError> {
    let now = work.now();
    let row = sqlx::query!(
        r#"update auth.oauth_grants
           set ended_at = $2, ended_reason = $3
           where id = $1
             and ended_at is null
           returning id, user_id"#,
        grant_id.as_str(),
        now,
        reason.name(),
    )
    .fetch_optional(work.connection()?)
    .await?;
    Ok(row.map(|row| EndedGrant {
        id: GrantId::from_text(row.id),
        user_id: UserId::from_text(row.user_id),
    }))
}

pub(in crate::token) async fn grant_of_refresh(
    work: &mut UnitOfWork,
    digest: &Digest,
) -> Result<Option<(GrantId, ClientId)>, DatabaseError> {
    let row = sqlx::query!(
        "select id, client_id from auth.oauth_grants where refresh_digest = $1",
        digest.as_bytes()
    )
    .fetch_optional(work.connection()?)
    .await?;
    Ok(row.map(|row| (GrantId::from_text(row.id), ClientId::from_text(row.client_id))))
}

pub(in crate::token) async fn revoke_jti(
    work: &mut UnitOfWork,
    jti: &str,
    expires_at: Timestamp,
) -> Result<bool, DatabaseError> {
    let revoked = sqlx::query!(
        "insert into auth.revoked_tokens (jti, expires_at) values ($1, $2) on conflict (jti) do nothing",
        jti,
        expires_at,
    )
    .execute(work.connection()?)
    .await?;
    Ok(revoked.rows_affected() == 1)
}

pub(in crate::token) async fn expire_revocations(
    work: &mut UnitOfWork,
    before: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let deleted = sqlx::query!(
        r#"delete from auth.revoked_tokens
           where ctid in (
                select ctid
                from auth.revoked_tokens
                where expires_at <= $1
                limit $2
                for update skip locked)"#,
        before,
        limit,
    )
    .execute(work.connection()?)
    .await?;
    Ok(deleted.rows_affected())
}

pub(in crate::token) async fn expire_grants(
    work: &mut UnitOfWork,
    ended_before: Timestamp,
    made_before: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let deleted = sqlx::query!(
        r#"delete from auth.oauth_grants
           where ctid in (
                select ctid
                from auth.oauth_grants
                where ended_at <= $1
                   or least(idle_expires_at, expires_at) <= $1
                   or (refresh_digest is null and created_at <= $2)
                limit $3
                for update skip locked)"#,
        ended_before,
        made_before,
        limit,
    )
    .execute(work.connection()?)
    .await?;
    Ok(deleted.rows_affected())
}
