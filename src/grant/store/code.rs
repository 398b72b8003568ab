//! The statements of authorization codes. Redeeming checks everything that must still live and asks the built-in hook, in
//! one round trip; preparing reads the same without writing or locking. What can be redeemed is `auth.live_codes`.

use std::time::Duration;

use serde_json::Value;

use super::row::GrantRow;
use crate::base::clock;
use crate::base::digest::Digest;
use crate::base::id::{ClientId, GrantId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::grant::row::GrantedRow;
use crate::protocol::pkce::CodeChallenge;
use crate::protocol::scope::OFFLINE_ACCESS;

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

/// The grant that redeeming would make; none if any condition fails.
pub(in crate::grant) async fn prepare_redemption(
    work: &mut UnitOfWork,
    redemption: &Redemption<'_>,
) -> Result<Option<GrantedRow>, DatabaseError> {
    let now = work.now();
    let row = sqlx::query_as!(
        GrantRow,
        r#"select c.grant_id as "grant_id!", c.user_id as "user_id!", c.session_id, c.scopes as "scopes!", c.claims,
                c.nonce, c.auth_time as "auth_time!", c.amr as "amr!", c.acr as "acr!", c.created_at as "began!",
                facts.tenancy,
                case when 'openid' = any (c.scopes) and ($7 or c.claims ? 'id_token') then (
                    select to_jsonb(u) from auth.users u where u.id = c.user_id) end as person,
                case when r.identifier is not null then to_jsonb(r) end as audience
           from auth.live_codes c
           left join auth.resources r on r.identifier = c.resource
           cross join lateral (
                select tenancy
                from auth.member_facts(
                    c.user_id, c.organization_id, c.active_organization_id, c.scopes, c.created_at)
                offset 0) facts
           where c.digest = $1
             and c.client_id = $2
             and c.live_until > $3
             and c.code_challenge is not distinct from $4
             and (c.redirect_uri = $5 or ($5 is null and not c.redirect_uri_given))
             and ($6::text is null or c.resource = $6)
             and (c.resource is null or r.identifier is not null)"#,
        redemption.digest.as_bytes(),
        redemption.client_id.as_str(),
        now,
        redemption.challenge.map(CodeChallenge::as_str),
        redemption.redirect_uri,
        redemption.resource,
        redemption.with_person,
    )
    .fetch_optional(work.connection()?)
    .await?;
    row.map(GrantRow::granted).transpose()
}

/// Redeems a code and makes its grant; none if any condition failed.
pub(in crate::grant) async fn redeem(
    work: &mut UnitOfWork,
    redemption: Redemption<'_>,
) -> Result<Option<GrantedRow>, DatabaseError> {
    let now = work.now();
    let row = sqlx::query_as!(
        GrantRow,
        r#"with candidate as materialized (
                select c.digest,
                    facts.tenancy,
                    case when 'openid' = any (c.scopes) and ($13 or c.claims ? 'id_token') then (
                        select to_jsonb(u) from auth.users u where u.id = c.user_id) end as person,
                    case when r.identifier is not null then to_jsonb(r) end as audience
                from auth.live_codes c
                left join auth.resources r on r.identifier = c.resource
                cross join lateral (
                    select tenancy
                    from auth.member_facts(
                        c.user_id, c.organization_id, c.active_organization_id, c.scopes, c.created_at)
                    offset 0) facts
                where c.digest = $1
                  and c.client_id = $2
                  and c.live_until > $3
                  and c.code_challenge is not distinct from $4
                  and (c.redirect_uri = $5 or ($5 is null and not c.redirect_uri_given))
                  and ($6::text is null or c.resource = $6)
                  and (c.resource is null or r.identifier is not null)),
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
           select grant_id, user_id, session_id as "session_id?", scopes, claims, nonce, auth_time, amr, acr,
                created_at as began, tenancy, person, audience
           from redeemed"#,
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
        OFFLINE_ACCESS,
        redemption.with_person,
        redemption.prepared,
    )
    .fetch_optional(work.connection()?)
    .await?;
    row.map(GrantRow::granted).transpose()
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
