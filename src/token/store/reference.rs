//! The statements on `auth.oauth_access_tokens`: reference tokens, kept by their digest.

use serde_json::Value;

use crate::base::clock;
use crate::base::digest::Digest;
use crate::base::id::{ClientId, GrantId, TokenId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::token::access_token::AccessToken;

pub(in crate::token) async fn insert_reference(
    work: &mut UnitOfWork,
    token: &AccessToken,
    grant_id: Option<&GrantId>,
    client_id: &ClientId,
) -> Result<(), DatabaseError> {
    let Some(digest) = &token.reference else {
        return Ok(());
    };
    let now = work.now();
    sqlx::query!(
        r#"insert into auth.oauth_access_tokens (digest, jti, grant_id, client_id, claims, created_at, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7)"#,
        digest.as_bytes(),
        token.jti.as_str(),
        grant_id.map(GrantId::as_str),
        client_id.as_str(),
        Value::Object(token.claims.clone()),
        now,
        clock::after(now, token.lifetime),
    )
    .execute(work.connection()?)
    .await?;
    Ok(())
}

pub(in crate::token) async fn owner_of_reference(
    work: &mut UnitOfWork,
    digest: &Digest,
) -> Result<Option<ClientId>, DatabaseError> {
    let owner = sqlx::query_scalar!(
        "select client_id from auth.oauth_access_tokens where digest = $1",
        digest.as_bytes()
    )
    .fetch_optional(work.connection()?)
    .await?;
    Ok(owner.map(ClientId::from_text))
}

pub(in crate::token) async fn delete_reference(
    work: &mut UnitOfWork,
    digest: &Digest,
    client_id: &ClientId,
) -> Result<Option<(TokenId, Option<GrantId>)>, DatabaseError> {
    let row = sqlx::query!(
        r#"delete from auth.oauth_access_tokens
           where digest = $1
             and client_id = $2
           returning jti, grant_id"#,
        digest.as_bytes(),
        client_id.as_str(),
    )
    .fetch_optional(work.connection()?)
    .await?;
    Ok(row.map(|row| (TokenId::from_text(row.jti), row.grant_id.map(GrantId::from_text))))
}

pub(in crate::token) async fn expire_references(
    work: &mut UnitOfWork,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let now = work.now();
    let deleted = sqlx::query!(
        r#"delete from auth.oauth_access_tokens
           where ctid in (
                select ctid
                from auth.oauth_access_tokens
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

pub(in crate::token) async fn count_references(
    work: &mut UnitOfWork,
    most: i64,
) -> Result<i64, DatabaseError> {
    let now = work.now();
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select from auth.oauth_access_tokens where expires_at > $1 limit $2) living"#,
        now,
        most,
    )
    .fetch_one(work.connection()?)
    .await?;
    Ok(count)
}
