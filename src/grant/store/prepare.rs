//! What stands before an operator's hook is asked: the same rows under the same conditions as the completing
//! statements, which repeat them. Nothing is written or locked.

use super::complete::{Completed, Redemption, Requested, assurance, audience};
use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::{ClientId, GrantId, SessionId, UserId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::grant::issue::GrantedRow;
use crate::grant::refresh_token::ANY_ORGANIZATION;
use crate::protocol::pkce::CodeChallenge;
use crate::protocol::scope::Scope;

/// The grant that redeeming would make.
pub(in crate::grant) async fn prepare_redemption(
    work: &mut UnitOfWork,
    redemption: &Redemption<'_>,
) -> Result<Completed, DatabaseError> {
    let now = work.now();
    let row = sqlx::query!(
        r#"select c.grant_id, c.user_id, c.session_id, c.scopes, c.claims, c.nonce, c.auth_time, c.amr, c.acr,
                c.created_at,
                auth.member_claims(c.user_id, c.organization_id, s.active_organization_id, c.scopes, c.created_at) as tenancy,
                case when $7 or c.claims ? 'id_token' then to_jsonb(u) end as person,
                case when r.identifier is not null then to_jsonb(r) end as audience
           from auth.oauth_authorization_codes c
           join auth.live_sessions s on s.id = c.session_id
           join auth.users u on u.id = c.user_id
           join auth.oauth_applications a on a.client_id = c.client_id
           left join auth.consents k
                on k.user_id = c.user_id
                and k.client_id = c.client_id
                and k.organization_id = coalesce(c.organization_id, '')
                and k.resource = coalesce(c.resource, '')
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
             and (k.withdrawn_at is null or k.withdrawn_at <= c.created_at)
             and not exists (
                select from auth.organizations o where o.id = c.organization_id and o.revoked_before > c.created_at)"#,
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

/// A living refresh family before it rotates, and what decides whether a token of it rotates or replays.
pub(in crate::grant) struct PreparedRefresh {
    pub(in crate::grant) row: GrantedRow,
    pub(in crate::grant) scopes: Vec<String>,
    pub(in crate::grant) generation: i32,
    pub(in crate::grant) rotated_at: Option<Timestamp>,
    pub(in crate::grant) request_digest: Option<Digest>,
}

/// The grant of a refresh family, if it may have what is asked for.
pub(in crate::grant) async fn prepare_refresh(
    work: &mut UnitOfWork,
    digest: &Digest,
    client_id: &ClientId,
    requested: &Requested<'_>,
    with_person: bool,
) -> Result<Option<PreparedRefresh>, DatabaseError> {
    let now = work.now();
    let scope = requested.scope.map(Scope::to_vec);
    let row = sqlx::query!(
        r#"select g.id as "id!", g.user_id as "user_id!", g.session_id, g.scopes as "scopes!", g.claims,
                g.auth_time as "auth_time!", g.amr as "amr!", g.acr as "acr!", g.generation as "generation!",
                g.rotated_at, g.request_digest, g.created_at as "created_at!",
                facts.tenancy,
                case when $9 or g.claims ? 'id_token' then (
                    select to_jsonb(u) from auth.users u where u.id = g.user_id) end as person,
                case when r.identifier is not null then to_jsonb(r) end as audience
           from auth.live_grants g
           left join auth.resources r on r.identifier = g.resource
           cross join lateral (
                select auth.member_claims(g.user_id, case
                    when 'organization:' || $4 = any (g.scopes) then g.organization_id
                    else coalesce($4, g.organization_id) end, g.active_organization_id, coalesce($5, g.scopes), g.created_at) as tenancy
                offset 0) facts
           where g.refresh_digest = $1
             and g.client_id = $2
             and g.live_until > $3
             and ($5::text[] is null or g.scopes @> $5)
             and ($6::text is null or g.resource = $6)
             and (g.resource is null or r.identifier is not null)
             and ($4::text is null or facts.tenancy ->> 'org_id' = g.organization_id
                or $7 or $8 = any (g.scopes)
                or auth.has_consented(g.user_id, g.client_id, facts.tenancy ->> 'org_id', g.resource,
                    coalesce($5, g.scopes) || case when g.offline then array['offline_access'] else '{}'::text[] end))"#,
        digest.as_bytes(),
        client_id.as_str(),
        now,
        requested.organization,
        scope.as_deref(),
        requested.resource,
        requested.any_organization,
        ANY_ORGANIZATION,
        with_person,
    )
    .fetch_optional(work.connection()?)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(PreparedRefresh {
        row: GrantedRow {
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
        },
        scopes: row.scopes,
        generation: row.generation,
        rotated_at: row.rotated_at,
        request_digest: row.request_digest.as_deref().and_then(Digest::from_bytes),
    }))
}
