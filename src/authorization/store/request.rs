//! The statements of waiting requests.

use std::time::Duration;

use sqlx::types::Json;

use crate::authorization::request::AuthorizationRequest;
use crate::authorization::sent_response::SentResponse;
use crate::authorization::waiting::{Ending, Found, RequestOver, Ticket, WaitingRequest};
use crate::base::clock::{self, Timestamp};
use crate::base::digest::Digest;
use crate::base::id::{ClientId, UserId};
use crate::db::{DatabaseError, UnitOfWork};

pub(in crate::authorization) async fn insert_request(
    work: &mut UnitOfWork,
    digest: &Digest,
    browser: Option<&Digest>,
    request: &AuthorizationRequest,
    lifetime: Duration,
) -> Result<(), DatabaseError> {
    let now = work.now();
    let client_id = &request.target.client_id;
    sqlx::query!(
        r#"insert into auth.authorization_requests (digest, browser_digest, client_id, request, created_at, expires_at)
           values ($1, $2, $3, $4, $5, $6)"#,
        digest.as_bytes(),
        browser.map(Digest::as_bytes),
        client_id.as_str(),
        // What cannot be stored fails here, and leaves no row without a request.
        Json(request) as _,
        now,
        clock::after(now, lifetime),
    )
    .execute(work.connection()?)
    .await?;
    Ok(())
}

pub(in crate::authorization) async fn find_request(
    work: &mut UnitOfWork,
    ticket: Ticket<'_>,
    again_since: Timestamp,
) -> Result<Option<Found>, DatabaseError> {
    let now = work.now();
    let browser = ticket.browser.digest(work.epoch());
    // Binding writes only while no browser is bound; reading is the common case. A redeemed code is never given again.
    // Whether a request waits is said by its answer: two that arrive together each have a present of their own, and the
    // end that one of them writes can lie after the other's.
    let row = sqlx::query!(
        r#"with bound as (
                update auth.authorization_requests
                set browser_digest = $2
                where digest = $1
                  and browser_digest is null
                  and expires_at > $3
                  and answer is null
                returning client_id, request, consented_by, created_at)
           select client_id as "client_id!", request as "request!", consented_by, created_at as "created_at!",
                  true as "waits!", false as "answered!", null::bytea as answer
           from bound
           union all
           select r.client_id, r.request, r.consented_by, r.created_at,
                  r.expires_at > $3 and r.answer is null,
                  r.answer is not null,
                  case
                      when r.expires_at > $4
                       and (r.code_digest is null or exists (
                            select
                            from auth.oauth_authorization_codes c
                            where c.digest = r.code_digest
                              and c.redeemed_at is null
                              and c.expires_at > $3)) then r.answer
                  end
           from auth.authorization_requests r
           where r.digest = $1
             and r.browser_digest = $2"#,
        ticket.digest.as_bytes(),
        browser.as_bytes(),
        now,
        again_since,
    )
    .fetch_optional(work.connection()?)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let request: AuthorizationRequest =
        serde_json::from_value(row.request).map_err(|_| DatabaseError::Inconsistent {
            table: "auth.authorization_requests",
            problem: "request is not an authorization request",
        })?;
    let client_id = ClientId::from_text(row.client_id);
    if row.waits {
        return Ok(Some(Found::Waiting(WaitingRequest {
            digest: *ticket.digest,
            client_id,
            request,
            asked_at: row.created_at,
            consented_by: row.consented_by.map(UserId::from_text),
        })));
    }
    let ending = if row.answered {
        let sealed = row.answer.unwrap_or_default();
        Ending::Answered(SentResponse::open(&sealed, ticket.digest, ticket.browser))
    } else {
        Ending::TooLate
    };
    Ok(Some(Found::Over(RequestOver {
        client_id,
        request,
        asked_at: row.created_at,
        ending,
    })))
}

pub(in crate::authorization) async fn finish_request(
    work: &mut UnitOfWork,
    digest: &Digest,
    answer: &[u8],
) -> Result<bool, DatabaseError> {
    let now = work.now();
    let finished = sqlx::query!(
        r#"update auth.authorization_requests
           set expires_at = $2,
               answer = $3
           where digest = $1
             and expires_at > $2
             and answer is null"#,
        digest.as_bytes(),
        now,
        answer,
    )
    .execute(work.connection()?)
    .await?;
    Ok(finished.rows_affected() == 1)
}

pub(in crate::authorization) async fn expire_requests(
    work: &mut UnitOfWork,
    before: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let deleted = sqlx::query!(
        r#"delete from auth.authorization_requests
           where ctid in (
                select ctid
                from auth.authorization_requests
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
