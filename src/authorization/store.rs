//! Waiting requests, consents and codes in the database.

use std::time::Duration;

use serde_json::Value;

use super::request::AuthorizationRequest;
use super::waiting::WaitingRequest;
use crate::base::clock::{self, Timestamp};
use crate::base::digest::Digest;
use crate::base::id::{ClientId, GrantId, UserId};
use crate::db::{DatabaseError, Work};
use crate::protocol::scope::Scope;
use crate::session::Session;

pub(super) async fn consented(
    work: &mut Work,
    user_id: &UserId,
    client_id: &ClientId,
) -> Result<Option<Scope>, DatabaseError> {
    let scopes = sqlx::query_scalar!(
        r#"select scopes
           from auth.oauth_consents
           where user_id = $1
             and client_id = $2
             and (withdrawn_at is null or withdrawn_at < granted_at)"#,
        user_id.as_str(),
        client_id.as_str(),
    )
    .fetch_optional(work.connection()?)
    .await?;
    Ok(scopes.map(Scope::from_tokens))
}

pub(super) async fn insert_request(
    work: &mut Work,
    digest: &Digest,
    browser: Option<&Digest>,
    (client_id, request): (&ClientId, Value),
    lifetime: Duration,
) -> Result<(), DatabaseError> {
    let now = work.now();
    sqlx::query!(
        r#"insert into auth.authorization_requests (digest, browser_digest, client_id, request, created_at, expires_at)
           values ($1, $2, $3, $4, $5, $6)"#,
        digest.as_bytes(),
        browser.map(Digest::as_bytes),
        client_id.as_str(),
        request,
        now,
        clock::after(now, lifetime),
    )
    .execute(work.connection()?)
    .await?;
    Ok(())
}

pub(super) async fn find_request(
    work: &mut Work,
    digest: &Digest,
    browser: &Digest,
) -> Result<Option<WaitingRequest>, DatabaseError> {
    let now = work.now();
    // Binding writes only while no browser is bound; reading is the common case.
    let row = sqlx::query!(
        r#"with bound as (
                update auth.authorization_requests
                set browser_digest = $2
                where digest = $1
                  and browser_digest is null
                  and expires_at > $3
                returning client_id, request, consented_by, created_at)
           select client_id as "client_id!", request as "request!", consented_by, created_at as "created_at!"
           from bound
           union all
           select client_id, request, consented_by, created_at
           from auth.authorization_requests
           where digest = $1
             and browser_digest = $2
             and expires_at > $3"#,
        digest.as_bytes(),
        browser.as_bytes(),
        now,
    )
    .fetch_optional(work.connection()?)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let request: AuthorizationRequest =
        serde_json::from_value(row.request).map_err(|_| DatabaseError::Inconsistent {
            table: "auth.authorization_requests",
            problem: "request is not an authorization request",
        })?;
    Ok(Some(WaitingRequest {
        digest: *digest,
        client_id: ClientId::from_text(row.client_id),
        request,
        asked_at: row.created_at,
        consented_by: row.consented_by.map(UserId::from_text),
    }))
}

pub(super) async fn finish_request(work: &mut Work, digest: &Digest) -> Result<bool, DatabaseError> {
    let finished = sqlx::query!(
        "delete from auth.authorization_requests where digest = $1",
        digest.as_bytes(),
    )
    .execute(work.connection()?)
    .await?;
    Ok(finished.rows_affected() == 1)
}

pub(super) async fn note_consent(
    work: &mut Work,
    waiting: &WaitingRequest,
    user_id: &UserId,
) -> Result<bool, DatabaseError> {
    let now = work.now();
    let scopes = waiting.request.to_confirm().to_vec();
    let noted = sqlx::query!(
        r#"with noted as (
                update auth.authorization_requests
                set consented_by = $3
                where digest = $1
                  and expires_at > $2
                returning digest)
           insert into auth.oauth_consents (user_id, client_id, scopes, granted_at)
           select $3, $4, $5, $2
           from noted
           on conflict (user_id, client_id) do update
           set scopes = case
                    when auth.oauth_consents.withdrawn_at is null
                      or auth.oauth_consents.withdrawn_at < auth.oauth_consents.granted_at then array(
                        select distinct unnest(auth.oauth_consents.scopes || excluded.scopes) order by 1)
                    else excluded.scopes
                end,
               granted_at = excluded.granted_at"#,
        waiting.digest.as_bytes(),
        now,
        user_id.as_str(),
        waiting.client_id.as_str(),
        &scopes,
    )
    .execute(work.connection()?)
    .await?;
    Ok(noted.rows_affected() == 1)
}

pub(super) async fn withdraw_consent(
    work: &mut Work,
    user_id: &UserId,
    client_id: &ClientId,
) -> Result<bool, DatabaseError> {
    let now = work.now();
    let withdrawn = sqlx::query!(
        r#"update auth.oauth_consents
           set withdrawn_at = $3
           where user_id = $1
             and client_id = $2
             and (withdrawn_at is null or withdrawn_at < granted_at)"#,
        user_id.as_str(),
        client_id.as_str(),
        now,
    )
    .execute(work.connection()?)
    .await?;
    Ok(withdrawn.rows_affected() == 1)
}

/// A code about to be stored.
pub(super) struct NewCode<'a> {
    pub(super) digest: Digest,
    pub(super) grant_id: GrantId,
    pub(super) request: &'a AuthorizationRequest,
    pub(super) session: &'a Session,
    pub(super) waiting: Option<&'a Digest>,
    pub(super) lifetime: Duration,
}

/// What became of it.
pub(super) enum CodeInserted {
    Yes,
    NotJoined,
    Finished,
}

pub(super) async fn insert_code(work: &mut Work, new: NewCode<'_>) -> Result<CodeInserted, DatabaseError> {
    let now = work.now();
    let NewCode { request, session, .. } = new;
    let row = sqlx::query!(
        r#"with facts as (
                select case when $14::text is null then '{}' else auth.member_claims($3, $14, null) end as claims),
           finished as (
                delete from auth.authorization_requests
                where digest = $19
                  and expires_at > $17
                  and (select claims from facts) is not null
                returning digest),
           inserted as (
                insert into auth.oauth_authorization_codes (
                    digest, client_id, user_id, session_id, grant_id, redirect_uri, redirect_uri_given, scopes,
                    code_challenge, nonce, claims, resource, auth_time, amr, acr, organization_id, created_at, expires_at)
                select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $15, $16, facts.claims ->> 'org_id', $17, $18
                from facts
                where facts.claims is not null
                  and ($19::bytea is null or exists (select from finished))
                returning digest)
           select (select claims from facts) is not null as "joined!", exists (select from inserted) as "inserted!""#,
        new.digest.as_bytes(),
        request.target.client_id.as_str(),
        session.user_id.as_str(),
        session.id.as_str(),
        new.grant_id.as_str(),
        request.target.redirect_uri.as_str(),
        request.target.redirect_uri_given,
        &request.scope.to_vec(),
        request.code_challenge.as_ref().map(crate::protocol::pkce::CodeChallenge::as_str),
        request.nonce.as_deref(),
        request.claims.as_ref().and_then(|claims| serde_json::to_value(claims).ok()),
        request.resource.as_deref(),
        session.assurance.auth_time,
        request.organization.as_deref(),
        &session.assurance.amr,
        session.assurance.acr.as_str(),
        now,
        clock::after(now, new.lifetime),
        new.waiting.map(Digest::as_bytes),
    )
    .fetch_one(work.connection()?)
    .await?;
    Ok(match (row.joined, row.inserted) {
        (_, true) => CodeInserted::Yes,
        (false, false) => CodeInserted::NotJoined,
        (true, false) => CodeInserted::Finished,
    })
}

pub(super) async fn expire_requests(work: &mut Work, limit: i64) -> Result<u64, DatabaseError> {
    let now = work.now();
    let deleted = sqlx::query!(
        r#"delete from auth.authorization_requests
           where ctid in (
                select ctid
                from auth.authorization_requests
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

pub(super) async fn expire_codes(
    work: &mut Work,
    before: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let deleted = sqlx::query!(
        r#"delete from auth.oauth_authorization_codes
           where ctid in (
                select ctid
                from auth.oauth_authorization_codes
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
