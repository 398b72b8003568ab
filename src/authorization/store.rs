//! Waiting requests, consents and codes in the database.

use std::time::Duration;

use sqlx::types::Json;

use super::consent::{Consent, ConsentKey, ConsentPlace, GivenConsent};
use super::request::AuthorizationRequest;
use super::sent_response::SentResponse;
use super::waiting::{Ending, Found, RequestOver, Ticket, WaitingRequest};
use crate::base::clock::{self, Timestamp};
use crate::base::digest::Digest;
use crate::base::id::{ClientId, GrantId, OrganizationId, UserId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::protocol::scope::Scope;
use crate::session::Session;

/// What a consent is about: one place. Empty stands for none, as the table has it.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) organization: Option<&'a OrganizationId>,
    pub(super) resource: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn organization_id(self) -> &'a str {
        self.organization.map_or("", OrganizationId::as_str)
    }

    fn resource(self) -> &'a str {
        self.resource.unwrap_or_default()
    }
}

/// The place that a request asks for, and what its person confirmed for it. An organization is named by id or slug.
pub(super) async fn consented(
    work: &mut UnitOfWork,
    user_id: &UserId,
    client_id: &ClientId,
    organization: Option<&str>,
    resource: Option<&str>,
) -> Result<Consent, DatabaseError> {
    let row = sqlx::query!(
        r#"with place as materialized (
                select case when $3::text is not null
                    then auth.member_claims($1, $3, null) ->> 'org_id' end as organization_id)
           select place.organization_id, o.name as "name?", c.scopes as "scopes?"
           from place
           left join auth.organizations o on o.id = place.organization_id
           left join auth.consents c
                on c.user_id = $1
                and c.client_id = $2
                and c.organization_id = coalesce(place.organization_id, '')
                and c.resource = $4
                and c.granted_at is not null
                and ($3 is null or place.organization_id is not null)"#,
        user_id.as_str(),
        client_id.as_str(),
        organization,
        resource.unwrap_or_default(),
    )
    .fetch_one(work.connection()?)
    .await?;
    let place = match (organization, row.organization_id) {
        (None, _) => ConsentPlace::WhicheverIsActive,
        (Some(_), None) => ConsentPlace::NotJoined,
        (Some(_), Some(id)) => ConsentPlace::Organization {
            id: OrganizationId::from_text(id),
            name: row.name.unwrap_or_default(),
        },
    };
    Ok(Consent {
        place,
        confirmed: row.scopes.map(Scope::from_tokens),
    })
}

pub(super) async fn insert_request(
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
        Json(request) as _,
        now,
        clock::after(now, lifetime),
    )
    .execute(work.connection()?)
    .await?;
    Ok(())
}

pub(super) async fn find_request(
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
        ending,
    })))
}

pub(super) async fn finish_request(
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

pub(super) async fn note_consent(
    work: &mut UnitOfWork,
    waiting: &WaitingRequest,
    user_id: &UserId,
    organization: Option<&OrganizationId>,
) -> Result<bool, DatabaseError> {
    let now = work.now();
    let scopes = waiting.request.to_confirm().to_vec();
    let place = Place {
        organization,
        resource: waiting.request.resource.as_deref(),
    };
    let noted = sqlx::query!(
        r#"with noted as (
                update auth.authorization_requests
                set consented_by = $3
                where digest = $1
                  and expires_at > $2
                  and answer is null
                returning digest)
           insert into auth.consents (user_id, client_id, organization_id, resource, scopes, granted_at)
           select $3, $4, $6, $7, $5, $2
           from noted
           on conflict (user_id, client_id, organization_id, resource) do update
           set scopes = array(select distinct unnest(auth.consents.scopes || excluded.scopes) order by 1),
               granted_at = excluded.granted_at"#,
        waiting.digest.as_bytes(),
        now,
        user_id.as_str(),
        waiting.client_id.as_str(),
        &scopes,
        place.organization_id(),
        place.resource(),
    )
    .execute(work.connection()?)
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// Withdraws the consent to a client: in one place, or in all of them. What the client got there ends too, also where
/// nobody was asked because it was first-party then.
pub(super) async fn withdraw_consent(
    work: &mut UnitOfWork,
    user_id: &UserId,
    client_id: &ClientId,
    only: Option<Place<'_>>,
) -> Result<bool, DatabaseError> {
    let now = work.now();
    let withdrawn = sqlx::query!(
        r#"with held as (
                select organization_id, resource
                from auth.consents
                where user_id = $1
                  and client_id = $2
                  and granted_at is not null
                union
                select coalesce(organization_id, ''), coalesce(resource, '')
                from auth.live_grants
                where user_id = $1
                  and client_id = $2
                  and live_until > $3
                union
                select coalesce(code.organization_id, ''), coalesce(code.resource, '')
                from auth.oauth_authorization_codes code
                left join auth.consents c
                    on c.user_id = code.user_id
                    and c.client_id = code.client_id
                    and c.organization_id = coalesce(code.organization_id, '')
                    and c.resource = coalesce(code.resource, '')
                where code.user_id = $1
                  and code.client_id = $2
                  and code.redeemed_at is null
                  and code.expires_at > $3
                  and (c.withdrawn_at is null or c.withdrawn_at <= code.created_at))
           insert into auth.consents (user_id, client_id, organization_id, resource, scopes, withdrawn_at)
           select $1, $2, organization_id, resource, '{}', $3
           from held
           where $4::text is null or (organization_id = $4 and resource = $5)
           on conflict (user_id, client_id, organization_id, resource) do update
           set scopes = excluded.scopes,
               granted_at = null,
               withdrawn_at = excluded.withdrawn_at"#,
        user_id.as_str(),
        client_id.as_str(),
        now,
        only.map(Place::organization_id),
        only.map(Place::resource),
    )
    .execute(work.connection()?)
    .await?;
    Ok(withdrawn.rows_affected() > 0)
}

/// A person's consents in the order of their keys; the names are those of today.
pub(super) async fn list_consents(
    work: &mut UnitOfWork,
    user_id: &UserId,
    after: Option<&ConsentKey>,
    limit: u16,
) -> Result<Vec<GivenConsent>, DatabaseError> {
    let (client_id, organization_id, resource) = after.map_or(("", "", ""), ConsentKey::columns);
    let rows = sqlx::query!(
        r#"select c.client_id, a.name as client_name, c.organization_id, o.name as "organization_name?", c.resource,
                c.scopes, c.granted_at as "granted_at!"
           from auth.consents c
           join auth.oauth_applications a on a.client_id = c.client_id
           left join auth.organizations o on o.id = c.organization_id
           where c.user_id = $1
             and (c.client_id, c.organization_id, c.resource) > ($2, $3, $4)
             and c.granted_at is not null
           order by c.client_id, c.organization_id, c.resource
           limit $5"#,
        user_id.as_str(),
        client_id,
        organization_id,
        resource,
        i64::from(limit),
    )
    .fetch_all(work.connection()?)
    .await?;
    let stated = |text: String| (!text.is_empty()).then_some(text);
    Ok(rows
        .into_iter()
        .map(|row| GivenConsent {
            key: ConsentKey {
                client_id: ClientId::from_text(row.client_id),
                organization_id: stated(row.organization_id).map(OrganizationId::from_text),
                resource: stated(row.resource),
            },
            client_name: row.client_name,
            organization_name: row.organization_name,
            scopes: row.scopes,
            granted_at: row.granted_at,
        })
        .collect())
}

/// A code about to be stored.
pub(super) struct NewCode<'a> {
    pub(super) digest: Digest,
    pub(super) grant_id: GrantId,
    pub(super) request: &'a AuthorizationRequest,
    pub(super) session: &'a Session,
    /// The waiting request that it answers, and the answer as that keeps it.
    pub(super) waiting: Option<(&'a Digest, Vec<u8>)>,
    pub(super) lifetime: Duration,
}

/// What became of it.
pub(super) enum CodeInserted {
    Yes,
    NotJoined,
    Finished,
}

pub(super) async fn insert_code(
    work: &mut UnitOfWork,
    new: NewCode<'_>,
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
        new.waiting.as_ref().map(|(digest, _)| digest.as_bytes()),
        new.waiting.as_ref().map(|(_, answer)| answer.as_slice()),
    )
    .fetch_one(work.connection()?)
    .await?;
    Ok(match (row.joined, row.inserted) {
        (_, true) => CodeInserted::Yes,
        (false, false) => CodeInserted::NotJoined,
        (true, false) => CodeInserted::Finished,
    })
}

pub(super) async fn expire_requests(
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

pub(super) async fn expire_codes(
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
