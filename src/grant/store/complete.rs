//! The completing statements: each redeems or rotates, checks everything that must still live, and asks the built-in
//! hook, in one round trip. They join tables of several rooms; `tests/it/house/joins.txt` lists them.

use std::time::Duration;

use serde_json::Value;

use crate::authentication::Assurance;
use crate::base::clock::{self, Timestamp};
use crate::base::digest::Digest;
use crate::base::id::{ClientId, GrantId, SessionId, UserId};
use crate::client::Resource;
use crate::db::{DatabaseError, UnitOfWork};
use crate::grant::authorization_code::OFFLINE;
use crate::grant::issue::GrantedRow;
use crate::grant::refresh_token::ANY_ORGANIZATION;
use crate::protocol::pkce::CodeChallenge;
use crate::protocol::scope::Scope;

/// The grant's row and its scope; none if any condition failed.
pub(super) type Completed = Option<(GrantedRow, Vec<String>)>;

/// Everything a code was bound to, as the client presents it.
pub(in crate::grant) struct Redemption<'a> {
    pub(in crate::grant) digest: Digest,
    pub(in crate::grant) client_id: &'a ClientId,
    pub(in crate::grant) challenge: Option<&'a CodeChallenge>,
    pub(in crate::grant) redirect_uri: Option<&'a str>,
    pub(in crate::grant) resource: Option<&'a str>,
    /// None: this client gets no refresh token.
    pub(in crate::grant) refresh_digest: Option<Digest>,
    pub(in crate::grant) refresh: (Duration, Duration),
    pub(in crate::grant) offline: (Duration, Duration),
    /// The client wants standard claims in its ID token.
    pub(in crate::grant) with_person: bool,
    /// What the operators' hooks were asked about: if it is no longer true, nothing is redeemed.
    pub(in crate::grant) prepared: Option<&'a Value>,
}

pub(in crate::grant) async fn redeem(
    work: &mut UnitOfWork,
    redemption: Redemption<'_>,
) -> Result<Completed, DatabaseError> {
    let now = work.now();
    let row = sqlx::query!(
        r#"with candidate as (
                select c.digest,
                    auth.member_claims(c.user_id, c.organization_id, s.active_organization_id, c.scopes, c.created_at) as tenancy,
                    case when $13 or c.claims ? 'id_token' then to_jsonb(u) end as person,
                    case when r.identifier is not null then to_jsonb(r) end as audience
                from auth.oauth_authorization_codes c
                join auth.live_sessions s on s.id = c.session_id
                join auth.users u on u.id = c.user_id
                join auth.oauth_applications a on a.client_id = c.client_id
                left join auth.consents k on (k.user_id, k.client_id, k.organization_id, k.resource) = (c.user_id, c.client_id, coalesce(c.organization_id, ''), coalesce(c.resource, ''))
                left join auth.resources r on r.identifier = c.resource
                where c.digest = $1
                  and c.client_id = $2
                  and c.redeemed_at is null
                  and c.expires_at > $3
                  and c.code_challenge is not distinct from $4
                  and (c.redirect_uri = $5 or ($5 is null and not c.redirect_uri_given))
                  and ($6::text is null or c.resource = $6)
                  and (c.resource is null or r.identifier is not null)
                  and s.live_until > $3
                  and u.status = 'active'
                  and a.disabled_at is null
                  and (a.revoked_before is null or c.created_at >= a.revoked_before)
                  and (c.organization_id is null or not exists (
                    select from auth.organizations o where o.id = c.organization_id and o.revoked_before > c.created_at))
                  and (k.withdrawn_at is null or k.withdrawn_at <= c.created_at)),
           redeemed as (
                update auth.oauth_authorization_codes c
                set redeemed_at = $3
                from candidate
                where c.digest = candidate.digest
                  and c.redeemed_at is null
                  and candidate.tenancy is not null
                  and ($14::jsonb is null or candidate.tenancy = $14)
                returning c.*, candidate.tenancy, candidate.person, candidate.audience, $12 = any (c.scopes) as offline),
           granted as (
                insert into auth.oauth_grants (
                    id, client_id, user_id, session_id, scopes, claims, resource, organization_id, auth_time, amr, acr,
                    offline, created_at, refresh_digest, idle_expires_at, expires_at)
                select grant_id, client_id, user_id, session_id, scopes, claims, resource, organization_id, auth_time,
                    amr, acr, offline, created_at, $7,
                    case when $7::bytea is null then null when offline then $10::timestamptz else $8::timestamptz end,
                    case when $7::bytea is null then null when offline then $11::timestamptz else $9::timestamptz end
                from redeemed)
           select grant_id, user_id, session_id, scopes, claims, nonce, auth_time, amr, acr, created_at, tenancy, person, audience from redeemed"#,
        redemption.digest.as_bytes(),
        redemption.client_id.as_str(),
        now,
        redemption.challenge.map(CodeChallenge::as_str),
        redemption.redirect_uri,
        redemption.resource,
        redemption.refresh_digest.as_ref().map(Digest::as_bytes),
        clock::after(now, redemption.refresh.0),
        clock::after(now, redemption.refresh.1),
        clock::after(now, redemption.offline.0),
        clock::after(now, redemption.offline.1),
        OFFLINE,
        redemption.with_person,
        redemption.prepared,
    )
    .fetch_optional(work.connection()?)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let granted = GrantedRow {
        grant_id: GrantId::from_text(row.grant_id),
        user_id: UserId::from_text(row.user_id),
        session_id: Some(SessionId::from_text(row.session_id)),
        assurance: assurance(row.auth_time, row.acr, row.amr),
        began: row.created_at,
        tenancy: row.tenancy,
        claims: row.claims,
        person: row.person,
        audience: audience(row.audience)?,
        nonce: row.nonce,
    };
    Ok(Some((granted, row.scopes)))
}

/// How the person proved who they are, as the row says it.
pub(super) const fn assurance(auth_time: Timestamp, acr: String, amr: Vec<String>) -> Assurance {
    Assurance { auth_time, amr, acr }
}

/// The audience that a grant is for, as its row came with the statement.
pub(super) fn audience(row: Option<Value>) -> Result<Option<Resource>, DatabaseError> {
    row.map(|row| {
        Resource::from_row(row).ok_or(DatabaseError::Inconsistent {
            table: "auth.resources",
            problem: "a row is not a resource",
        })
    })
    .transpose()
}

/// A code as the slow path sees it.
pub(in crate::grant) struct FoundCode {
    pub(in crate::grant) client_id: ClientId,
    pub(in crate::grant) grant_id: GrantId,
    pub(in crate::grant) code_challenge: Option<String>,
    pub(in crate::grant) redirect_uri: String,
    pub(in crate::grant) redirect_uri_given: bool,
    pub(in crate::grant) resource: Option<String>,
    pub(in crate::grant) redeemed: bool,
}

pub(in crate::grant) async fn find_code(
    work: &mut UnitOfWork,
    digest: &Digest,
) -> Result<Option<FoundCode>, DatabaseError> {
    let row = sqlx::query!(
        r#"select client_id, grant_id, code_challenge, redirect_uri, redirect_uri_given, resource,
            redeemed_at is not null as "redeemed!"
           from auth.oauth_authorization_codes
           where digest = $1
           for update"#,
        digest.as_bytes(),
    )
    .fetch_optional(work.connection()?)
    .await?;
    Ok(row.map(|row| FoundCode {
        client_id: ClientId::from_text(row.client_id),
        grant_id: GrantId::from_text(row.grant_id),
        code_challenge: row.code_challenge,
        redirect_uri: row.redirect_uri,
        redirect_uri_given: row.redirect_uri_given,
        resource: row.resource,
        redeemed: row.redeemed,
    }))
}

/// What a refresh asks for beside its token.
pub(in crate::grant) struct Requested<'a> {
    pub(in crate::grant) scope: Option<&'a Scope>,
    pub(in crate::grant) resource: Option<&'a str>,
    pub(in crate::grant) organization: Option<&'a str>,
    /// The client may change the organization whatever its scope.
    pub(in crate::grant) any_organization: bool,
}

/// One rotation.
pub(in crate::grant) struct Rotation<'a> {
    pub(in crate::grant) digest: Digest,
    pub(in crate::grant) generation: i32,
    pub(in crate::grant) client_id: &'a ClientId,
    pub(in crate::grant) request_digest: Digest,
    pub(in crate::grant) requested: Requested<'a>,
    pub(in crate::grant) idle: Duration,
    pub(in crate::grant) offline_idle: Duration,
    /// The client wants standard claims in its ID token.
    pub(in crate::grant) with_person: bool,
    /// What the operators' hooks were asked about: if it is no longer true, nothing is rotated.
    pub(in crate::grant) prepared: Option<&'a Value>,
}

pub(in crate::grant) async fn rotate(
    work: &mut UnitOfWork,
    rotation: Rotation<'_>,
) -> Result<Completed, DatabaseError> {
    let now = work.now();
    let requested = rotation.requested;
    let scope = requested.scope.map(Scope::to_vec);
    let row = sqlx::query!(
        r#"with candidate as (
                select g.id,
                    auth.member_claims(g.user_id, case
                        when 'organization:' || $5 = any (g.scopes) then g.organization_id
                        else coalesce($5, g.organization_id) end, g.active_organization_id, coalesce($6, g.scopes), g.created_at) as tenancy,
                    case when $13 or g.claims ? 'id_token' then (
                        select to_jsonb(u) from auth.users u where u.id = g.user_id) end as person,
                    case when r.identifier is not null then to_jsonb(r) end as audience
                from auth.live_grants g
                left join auth.resources r on r.identifier = g.resource
                where g.refresh_digest = $1
                  and g.generation = $2
                  and g.client_id = $3
                  and g.live_until > $4
                  and ($6::text[] is null or g.scopes @> $6)
                  and ($7::text is null or g.resource = $7)
                  and (g.resource is null or r.identifier is not null)),
           rotated as (
                update auth.oauth_grants g
                set generation = g.generation + 1,
                    rotated_at = $4,
                    request_digest = $10,
                    idle_expires_at = case when g.offline then $12::timestamptz else $11::timestamptz end
                from candidate
                where g.id = candidate.id
                  and g.generation = $2
                  and g.ended_at is null
                  and candidate.tenancy is not null
                  and ($5::text is null or candidate.tenancy ->> 'org_id' = g.organization_id
                    or $8 or $9 = any (g.scopes)
                    or auth.has_consented(g.user_id, g.client_id, candidate.tenancy ->> 'org_id', g.resource,
                        coalesce($6, g.scopes) || case when g.offline then array['offline_access'] else '{}'::text[] end))
                  and ($14::jsonb is null or candidate.tenancy = $14)
                returning g.id, g.user_id, g.session_id, g.scopes, g.claims, g.auth_time, g.amr, g.acr, g.created_at,
                    candidate.tenancy, candidate.person, candidate.audience)
           select id as "id!", user_id as "user_id!", session_id, scopes as "scopes!", claims, auth_time as "auth_time!",
            amr as "amr!", acr as "acr!", created_at as "created_at!", tenancy, person, audience
           from rotated"#,
        rotation.digest.as_bytes(),
        rotation.generation,
        rotation.client_id.as_str(),
        now,
        requested.organization,
        scope.as_deref(),
        requested.resource,
        requested.any_organization,
        ANY_ORGANIZATION,
        rotation.request_digest.as_bytes(),
        clock::after(now, rotation.idle),
        clock::after(now, rotation.offline_idle),
        rotation.with_person,
        rotation.prepared,
    )
    .fetch_optional(work.connection()?)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let granted = GrantedRow {
        grant_id: GrantId::from_text(row.id),
        user_id: UserId::from_text(row.user_id),
        session_id: row.session_id.map(SessionId::from_text),
        assurance: assurance(row.auth_time, row.acr, row.amr),
        began: row.created_at,
        tenancy: row.tenancy,
        claims: row.claims,
        person: row.person,
        audience: audience(row.audience)?,
        nonce: None,
    };
    Ok(Some((granted, row.scopes)))
}

/// A refresh family as the slow path sees it.
pub(in crate::grant) struct FoundRefresh {
    pub(in crate::grant) grant_id: GrantId,
    pub(in crate::grant) client_id: ClientId,
    pub(in crate::grant) generation: i32,
    pub(in crate::grant) rotated_at: Option<Timestamp>,
    pub(in crate::grant) request_digest: Option<Digest>,
    pub(in crate::grant) scopes: Vec<String>,
    pub(in crate::grant) resource: Option<String>,
    pub(in crate::grant) live: bool,
}

pub(in crate::grant) async fn find_refresh(
    work: &mut UnitOfWork,
    digest: &Digest,
) -> Result<Option<FoundRefresh>, DatabaseError> {
    let now = work.now();
    let row = sqlx::query!(
        r#"select g.id, g.client_id, g.generation, g.rotated_at, g.request_digest, g.scopes, g.resource,
            exists (select from auth.live_grants l where l.id = g.id and l.live_until > $2) as "live!"
           from auth.oauth_grants g
           where g.refresh_digest = $1
           for update of g"#,
        digest.as_bytes(),
        now,
    )
    .fetch_optional(work.connection()?)
    .await?;
    Ok(row.map(|row| FoundRefresh {
        grant_id: GrantId::from_text(row.id),
        client_id: ClientId::from_text(row.client_id),
        generation: row.generation,
        rotated_at: row.rotated_at,
        request_digest: row.request_digest.as_deref().and_then(Digest::from_bytes),
        scopes: row.scopes,
        resource: row.resource,
        live: row.live,
    }))
}

/// The living grant of a refresh family without rotating it: for the same answer once more.
pub(in crate::grant) async fn current(
    work: &mut UnitOfWork,
    digest: &Digest,
    requested: &Requested<'_>,
    with_person: bool,
) -> Result<Completed, DatabaseError> {
    let now = work.now();
    let scope = requested.scope.map(Scope::to_vec);
    let row = sqlx::query!(
        r#"select g.id as "id!", g.user_id as "user_id!", g.session_id, g.scopes as "scopes!", g.claims,
            g.auth_time as "auth_time!", g.amr as "amr!", g.acr as "acr!", g.created_at as "created_at!",
            facts.tenancy,
            case when $4 or g.claims ? 'id_token' then (
                select to_jsonb(u) from auth.users u where u.id = g.user_id) end as person,
            case when r.identifier is not null then to_jsonb(r) end as audience
           from auth.live_grants g
           left join auth.resources r on r.identifier = g.resource
           cross join lateral (
                select auth.member_claims(g.user_id, case
                    when 'organization:' || $3 = any (g.scopes) then g.organization_id
                    else coalesce($3, g.organization_id) end, g.active_organization_id, coalesce($5, g.scopes), g.created_at) as tenancy
                offset 0) facts
           where g.refresh_digest = $1
             and g.live_until > $2
             and (g.resource is null or r.identifier is not null)
             and ($3::text is null or facts.tenancy ->> 'org_id' = g.organization_id
                or $6 or $7 = any (g.scopes)
                or auth.has_consented(g.user_id, g.client_id, facts.tenancy ->> 'org_id', g.resource,
                    coalesce($5, g.scopes) || case when g.offline then array['offline_access'] else '{}'::text[] end))"#,
        digest.as_bytes(),
        now,
        requested.organization,
        with_person,
        scope.as_deref(),
        requested.any_organization,
        ANY_ORGANIZATION,
    )
    .fetch_optional(work.connection()?)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let granted = GrantedRow {
        grant_id: GrantId::from_text(row.id),
        user_id: UserId::from_text(row.user_id),
        session_id: row.session_id.map(SessionId::from_text),
        assurance: assurance(row.auth_time, row.acr, row.amr),
        began: row.created_at,
        tenancy: row.tenancy,
        claims: row.claims,
        person: row.person,
        audience: audience(row.audience)?,
        nonce: None,
    };
    Ok(Some((granted, row.scopes)))
}
