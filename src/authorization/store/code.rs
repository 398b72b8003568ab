//! The statements of codes that are issued; what redeems them is in `grant::store`.

use std::time::Duration;

use crate::authorization::request::AuthorizationRequest;
use crate::base::clock::{self, Timestamp};
use crate::base::digest::Digest;
use crate::base::id::GrantId;
use crate::db::{DatabaseError, UnitOfWork};
use crate::session::Session;

/// A code about to be stored.
pub(in crate::authorization) struct NewCode<'a> {
    pub(in crate::authorization) digest: Digest,
    pub(in crate::authorization) grant_id: GrantId,
    pub(in crate::authorization) request: &'a AuthorizationRequest,
    pub(in crate::authorization) session: &'a Session,
    pub(in crate::authorization) lifetime: Duration,
}

/// What became of it.
pub(in crate::authorization) enum CodeInserted {
    Yes,
    NotJoined,
    Finished,
}

/// Stores a code, with the waiting request that it answers and the answer as that keeps it.
pub(in crate::authorization) async fn insert_code(
    work: &mut UnitOfWork,
    new: NewCode<'_>,
    waiting: Option<(&Digest, Vec<u8>)>,
) -> Result<CodeInserted, DatabaseError> {
    let now = work.now();
    let NewCode { request, session, .. } = new;
    let row = sqlx::query!(
        r#"with facts as (
                select case when $14::text is null then '{}' else auth.member_claims($3, $14, null) end as claims),
           finished as (
                update auth.authorization_requests
                set expires_at = $17,
                    answer = $20,
                    code_digest = $1
                where digest = $19
                  and expires_at > $17
                  and answer is null
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
        waiting.as_ref().map(|(digest, _)| digest.as_bytes()),
        waiting.as_ref().map(|(_, answer)| answer.as_slice()),
    )
    .fetch_one(work.connection()?)
    .await?;
    Ok(match (row.joined, row.inserted) {
        (_, true) => CodeInserted::Yes,
        (false, false) => CodeInserted::NotJoined,
        (true, false) => CodeInserted::Finished,
    })
}

pub(in crate::authorization) async fn expire_codes(
    work: &mut UnitOfWork,
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
