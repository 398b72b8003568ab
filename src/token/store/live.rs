//! The statements that ask whether a token lives, and with what grant: one round trip each.

use serde_json::{Map, Value};

use crate::authentication::Assurance;
use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::{ClientId, GrantId, OrganizationId, UserId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::Scope;
use crate::token::liveness::LiveGrant;

/// What a token says of the membership epoch it was made in.
pub(in crate::token) struct TokenEpoch<'a> {
    pub(in crate::token) mv: Option<&'a str>,
    /// The organization of a token for the issuer itself.
    pub(in crate::token) organization: Option<&'a str>,
    /// The whole of a token for a resource, which may call `org_id` otherwise.
    pub(in crate::token) renamed: Option<Value>,
}

/// A person's token lives while its grant does, nobody revoked it, and no cut-off is above its epoch.
pub(in crate::token) async fn grant_and_token_live(
    work: &mut UnitOfWork,
    grant_id: &str,
    jti: &str,
    epoch: TokenEpoch<'_>,
) -> Result<bool, DatabaseError> {
    let now = work.now();
    let lives = sqlx::query_scalar!(
        r#"select coalesce((
                select auth.epoch_is_current($4, g.user_id,
                    coalesce($5, $6::jsonb ->> coalesce(r.claim_names ->> 'org_id', 'org_id')))
                from auth.live_grants g
                left join auth.resources r on r.identifier = g.resource
                where g.id = $1
                  and g.live_until > $3), false)
              and not exists (select from auth.revoked_tokens r where r.jti = $2) as "lives!""#,
        grant_id,
        jti,
        now,
        epoch.mv,
        epoch.organization,
        epoch.renamed,
    )
    .fetch_one(work.connection()?)
    .await?;
    Ok(lives)
}

pub(in crate::token) async fn client_token_lives(
    work: &mut UnitOfWork,
    client_id: &str,
    jti: &str,
    issued_at: i64,
) -> Result<bool, DatabaseError> {
    let issued_at = Timestamp::from_timestamp(issued_at, 0).unwrap_or_default();
    let lives = sqlx::query_scalar!(
        r#"select exists (
                select
                from auth.oauth_applications a
                cross join auth.platform p
                where a.client_id = $1
                  and a.disabled_at is null
                  and (a.revoked_before is null or a.revoked_before <= $3)
                  and (p.revoked_before is null or p.revoked_before <= $3))
              and not exists (select from auth.revoked_tokens r where r.jti = $2) as "lives!""#,
        client_id,
        jti,
        issued_at,
    )
    .fetch_one(work.connection()?)
    .await?;
    Ok(lives)
}

pub(in crate::token) async fn reference_claims(
    work: &mut UnitOfWork,
    digest: &Digest,
) -> Result<Option<Map<String, Value>>, DatabaseError> {
    let now = work.now();
    let claims = sqlx::query_scalar!(
        r#"select t.claims
           from auth.oauth_access_tokens t
           join auth.oauth_applications a on a.client_id = t.client_id
           cross join auth.platform p
           where t.digest = $1
             and t.expires_at > $2
             and a.disabled_at is null
             and (a.revoked_before is null or a.revoked_before <= t.created_at)
             and (p.revoked_before is null or p.revoked_before <= t.created_at)
             and (t.grant_id is null or coalesce((
                select auth.epoch_is_current(
                    t.claims ->> 'mv', g.user_id, t.claims ->> coalesce(r.claim_names ->> 'org_id', 'org_id'))
                from auth.live_grants g
                left join auth.resources r on r.identifier = g.resource
                where g.id = t.grant_id
                  and g.live_until > $2), false))"#,
        digest.as_bytes(),
        now,
    )
    .fetch_optional(work.connection()?)
    .await?;
    match claims {
        None => Ok(None),
        Some(Value::Object(claims)) => Ok(Some(claims)),
        Some(_) => Err(DatabaseError::Inconsistent {
            table: "auth.oauth_access_tokens",
            problem: "claims is not an object",
        }),
    }
}

/// The grant of a refresh token that a refresh would not be refused for.
pub(in crate::token) async fn live_grant_of_refresh(
    work: &mut UnitOfWork,
    digest: &Digest,
    generation: i32,
) -> Result<Option<LiveGrant>, DatabaseError> {
    let now = work.now();
    let row = sqlx::query!(
        r#"select g.id as "id!", g.client_id as "client_id!", g.user_id as "user_id!", g.scopes as "scopes!",
            g.live_until as "live_until!", g.created_at as "created_at!", g.organization_id, g.auth_time as "auth_time!",
            g.acr as "acr!", g.amr as "amr!"
           from auth.live_grants g
           join auth.oauth_applications a on a.client_id = g.client_id
           left join auth.resources r on r.identifier = g.resource
           where g.refresh_digest = $1
             and g.generation = $2
             and g.live_until > $3
             and $4 = any (a.grant_types)
             and (g.resource is null or r.identifier is not null)
             and auth.member_claims(
                g.user_id, g.organization_id, g.active_organization_id, g.scopes, g.created_at) is not null"#,
        digest.as_bytes(),
        generation,
        now,
        GrantType::RefreshToken.name(),
    )
    .fetch_optional(work.connection()?)
    .await?;
    Ok(row.map(|row| LiveGrant {
        id: GrantId::from_text(row.id),
        client_id: ClientId::from_text(row.client_id),
        user_id: UserId::from_text(row.user_id),
        scope: Scope::from_tokens(row.scopes),
        expires_at: Some(row.live_until),
        created_at: row.created_at,
        organization_id: row.organization_id.map(OrganizationId::from_text),
        assurance: Assurance {
            auth_time: row.auth_time,
            acr: row.acr,
            amr: row.amr,
        },
    }))
}

pub(in crate::token) async fn count_refreshable(
    work: &mut UnitOfWork,
    most: i64,
) -> Result<i64, DatabaseError> {
    let now = work.now();
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (
                select from auth.live_grants where live_until > $1 and refresh_digest is not null limit $2
           ) living"#,
        now,
        most,
    )
    .fetch_one(work.connection()?)
    .await?;
    Ok(count)
}
