//! The statements of refresh families. Rotating checks everything that must still live and asks the built-in hook, in one
//! round trip; preparing, and giving a lost reply once more, read the same without rotating. What may be refreshed is
//! `auth.live_grants`. The candidate is materialized: inlined, each place that names what the built-in hook said would ask
//! it again.

use std::time::Duration;

use serde_json::Value;

use super::row::GrantRow;
use crate::base::clock::{self, Timestamp};
use crate::base::digest::Digest;
use crate::base::id::{ClientId, GrantId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::grant::row::GrantedRow;
use crate::protocol::scope::{ORGANIZATION_ANY, Scope};

/// What a refresh asks for beside its token.
pub(in crate::grant) struct Requested<'a> {
    pub(in crate::grant) scope: Option<&'a Scope>,
    pub(in crate::grant) resource: Option<&'a str>,
    pub(in crate::grant) organization: Option<&'a str>,
    /// The client may change the organization whatever its scope.
    pub(in crate::grant) any_organization: bool,
    /// The client wants standard claims in its ID token.
    pub(in crate::grant) with_person: bool,
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
    /// What the operators' hooks were asked about: if it is no longer true, nothing is rotated.
    pub(in crate::grant) prepared: Option<&'a Value>,
}

/// How a family was rotated last.
pub(in crate::grant) struct Rotated {
    pub(in crate::grant) generation: i32,
    pub(in crate::grant) at: Option<Timestamp>,
    pub(in crate::grant) request_digest: Option<Digest>,
}

/// Rotates a family by its current generation; none if any condition failed.
pub(in crate::grant) async fn rotate(
    work: &mut UnitOfWork,
    rotation: Rotation<'_>,
) -> Result<Option<GrantedRow>, DatabaseError> {
    let now = work.now();
    let requested = rotation.requested;
    let scope = requested.scope.map(Scope::to_vec);
    let row = sqlx::query_as!(
        GrantRow,
        r#"with candidate as materialized (
                select g.id,
                    facts.tenancy,
                    case when 'openid' = any (coalesce($6, g.scopes)) and ($13 or g.claims ? 'id_token') then (
                        select to_jsonb(u) from auth.users u where u.id = g.user_id) end as person,
                    case when r.identifier is not null then to_jsonb(r) end as audience
                from auth.live_grants g
                left join auth.resources r on r.identifier = g.resource
                cross join lateral (
                    select tenancy
                    from auth.member_facts(g.user_id, case
                        when 'organization:' || $5 = any (g.scopes) then g.organization_id
                        else coalesce($5, g.organization_id) end, g.active_organization_id, coalesce($6, g.scopes), g.created_at)
                    offset 0) facts
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
           select id as "grant_id!", user_id as "user_id!", session_id, scopes as "scopes!", claims, null::text as nonce,
                auth_time as "auth_time!", amr as "amr!", acr as "acr!", created_at as "began!", tenancy, person, audience
           from rotated"#,
        rotation.digest.as_bytes(),
        rotation.generation,
        rotation.client_id.as_str(),
        now,
        requested.organization,
        scope.as_deref(),
        requested.resource,
        requested.any_organization,
        ORGANIZATION_ANY,
        rotation.request_digest.as_bytes(),
        clock::after(now, rotation.idle),
        clock::after(now, rotation.offline_idle),
        requested.with_person,
        rotation.prepared,
    )
    .fetch_optional(work.connection()?)
    .await?;
    row.map(GrantRow::granted).transpose()
}

/// A refresh family as the slow path sees it.
pub(in crate::grant) struct FoundRefresh {
    pub(in crate::grant) grant_id: GrantId,
    pub(in crate::grant) client_id: ClientId,
    pub(in crate::grant) rotated: Rotated,
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
        rotated: Rotated {
            generation: row.generation,
            at: row.rotated_at,
            request_digest: row.request_digest.as_deref().and_then(Digest::from_bytes),
        },
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
) -> Result<Option<GrantedRow>, DatabaseError> {
    let now = work.now();
    let scope = requested.scope.map(Scope::to_vec);
    let row = sqlx::query_as!(
        GrantRow,
        r#"select g.id as "grant_id!", g.user_id as "user_id!", g.session_id, g.scopes as "scopes!", g.claims,
            null::text as nonce,
            g.auth_time as "auth_time!", g.amr as "amr!", g.acr as "acr!", g.created_at as "began!",
            facts.tenancy,
            case when 'openid' = any (coalesce($5, g.scopes)) and ($4 or g.claims ? 'id_token') then (
                select to_jsonb(u) from auth.users u where u.id = g.user_id) end as person,
            case when r.identifier is not null then to_jsonb(r) end as audience
           from auth.live_grants g
           left join auth.resources r on r.identifier = g.resource
           cross join lateral (
                select tenancy
                from auth.member_facts(g.user_id, case
                    when 'organization:' || $3 = any (g.scopes) then g.organization_id
                    else coalesce($3, g.organization_id) end, g.active_organization_id, coalesce($5, g.scopes), g.created_at)
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
        requested.with_person,
        scope.as_deref(),
        requested.any_organization,
        ORGANIZATION_ANY,
    )
    .fetch_optional(work.connection()?)
    .await?;
    row.map(GrantRow::granted).transpose()
}

/// The grant of a refresh family, if it may have what is asked for.
pub(in crate::grant) async fn prepare_refresh(
    work: &mut UnitOfWork,
    digest: &Digest,
    client_id: &ClientId,
    requested: &Requested<'_>,
) -> Result<Option<(GrantedRow, Rotated)>, DatabaseError> {
    let now = work.now();
    let scope = requested.scope.map(Scope::to_vec);
    let row = sqlx::query!(
        r#"select g.id as "id!", g.user_id as "user_id!", g.session_id, g.scopes as "scopes!", g.claims,
                g.auth_time as "auth_time!", g.amr as "amr!", g.acr as "acr!", g.generation as "generation!",
                g.rotated_at, g.request_digest, g.created_at as "created_at!",
                facts.tenancy,
                case when 'openid' = any (coalesce($5, g.scopes)) and ($9 or g.claims ? 'id_token') then (
                    select to_jsonb(u) from auth.users u where u.id = g.user_id) end as person,
                case when r.identifier is not null then to_jsonb(r) end as audience
           from auth.live_grants g
           left join auth.resources r on r.identifier = g.resource
           cross join lateral (
                select tenancy
                from auth.member_facts(g.user_id, case
                    when 'organization:' || $4 = any (g.scopes) then g.organization_id
                    else coalesce($4, g.organization_id) end, g.active_organization_id, coalesce($5, g.scopes), g.created_at)
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
        ORGANIZATION_ANY,
        requested.with_person,
    )
    .fetch_optional(work.connection()?)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let rotated = Rotated {
        generation: row.generation,
        at: row.rotated_at,
        request_digest: row.request_digest.as_deref().and_then(Digest::from_bytes),
    };
    let granted = GrantRow {
        grant_id: row.id,
        user_id: row.user_id,
        session_id: row.session_id,
        scopes: row.scopes,
        claims: row.claims,
        nonce: None,
        auth_time: row.auth_time,
        amr: row.amr,
        acr: row.acr,
        began: row.created_at,
        tenancy: row.tenancy,
        person: row.person,
        audience: row.audience,
    };
    Ok(Some((granted.granted()?, rotated)))
}
