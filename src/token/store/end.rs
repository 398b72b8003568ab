//! The statements that end grants and tokens before their time (RFC 7009), and delete what has ended.

use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::{ClientId, GrantId, UserId};
use crate::db::walk::{Span, Walked};
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

/// When grants are over for good.
pub(in crate::token) struct GrantsOver {
    /// They ended before.
    pub(in crate::token) ended_before: Timestamp,
    /// Those without a refresh token were made before; where the client is told of a session's end, they are kept as
    /// ended ones are, since they say that it took part in the session.
    pub(in crate::token) made_before: Timestamp,
}

pub(in crate::token) async fn expire_grants(
    work: &mut UnitOfWork,
    over: GrantsOver,
    span: Span,
    limit: i64,
) -> Result<Walked, DatabaseError> {
    let row = sqlx::query!(
        r#"with gone as (
                delete from auth.oauth_grants
                where ctid in (
                    select ctid
                    from auth.oauth_grants
                    where ctid >= $3::text::tid
                      and ctid < $4::text::tid
                      and (ended_at <= $1
                          or least(idle_expires_at, expires_at) <= $1
                          or (refresh_digest is null
                              and created_at <= $2
                              and (created_at <= $1 or not exists (
                                  select
                                  from auth.oauth_applications a
                                  where a.client_id = oauth_grants.client_id
                                    and a.backchannel_logout_uri is not null))))
                    limit $5
                    for update skip locked)
                returning 1)
           select count(*) as "deleted!",
                pg_relation_size('auth.oauth_grants') / current_setting('block_size')::bigint as "pages!"
           from gone"#,
        over.ended_before,
        over.made_before,
        span.from(),
        span.to(),
        limit,
    )
    .fetch_one(work.connection()?)
    .await?;
    Ok(Walked {
        deleted: row.deleted.unsigned_abs(),
        pages: row.pages,
    })
}
