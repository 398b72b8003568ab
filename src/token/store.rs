//! Grants, reference tokens and revoked ids in the database.

use serde_json::{Map, Value};

use super::access_token::AccessToken;
use super::liveness::{LiveGrant, UserinfoFacts};
use super::revocation::{EndReason, EndedGrant};
use crate::authentication::Assurance;
use crate::base::clock::{self, Timestamp};
use crate::base::digest::Digest;
use crate::base::id::{ClientId, GrantId, OrganizationId, TokenId, UserId};
use crate::db::{DatabaseError, Work};
use crate::protocol::scope::Scope;
use crate::user::Profile;

/// A token that says an organization lives only while its person is in it with the role that it says.
pub(super) async fn grant_and_token_live(
    work: &mut Work,
    grant_id: &str,
    jti: &str,
    organization: Option<(&str, &str)>,
) -> Result<bool, DatabaseError> {
    let now = work.now();
    let lives = sqlx::query_scalar!(
        r#"select coalesce((
                select $4::text is null or auth.member_claims(g.user_id, $4, null) ->> 'org_role' = $5
                from auth.live_grants g
                where g.id = $1
                  and g.live_until > $3), false)
              and not exists (select from auth.revoked_tokens r where r.jti = $2) as "lives!""#,
        grant_id,
        jti,
        now,
        organization.map(|(id, _)| id),
        organization.map(|(_, role)| role),
    )
    .fetch_one(work.connection()?)
    .await?;
    Ok(lives)
}

pub(super) async fn client_token_lives(
    work: &mut Work,
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

pub(super) async fn reference_claims(
    work: &mut Work,
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
                select t.claims ->> 'org_id' is null
                    or auth.member_claims(g.user_id, t.claims ->> 'org_id', null) ->> 'org_role' = t.claims ->> 'org_role'
                from auth.live_grants g
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

pub(super) async fn live_grant_of_refresh(
    work: &mut Work,
    digest: &Digest,
    generation: i32,
) -> Result<Option<LiveGrant>, DatabaseError> {
    let now = work.now();
    let row = sqlx::query!(
        r#"select id as "id!", client_id as "client_id!", user_id as "user_id!", scopes as "scopes!", live_until as "live_until!",
            created_at as "created_at!", organization_id, auth_time as "auth_time!", acr as "acr!", amr as "amr!"
           from auth.live_grants
           where refresh_digest = $1
             and generation = $2
             and live_until > $3"#,
        digest.as_bytes(),
        generation,
        now,
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

/// How a presented token is found.
#[derive(Clone, Copy)]
pub(super) enum TokenKey<'a> {
    /// By what a JWT says of itself.
    Jwt { grant_id: &'a str, jti: &'a str },
    /// By a reference's digest.
    Reference(&'a Digest),
}

/// The grant, the person and today's tenancy of a live token. An unbound grant keeps the organization that the token
/// speaks of while the person is still joined.
pub(super) async fn userinfo(
    work: &mut Work,
    key: TokenKey<'_>,
    token_organization: Option<&str>,
) -> Result<Option<UserinfoFacts>, DatabaseError> {
    let now = work.now();
    let (grant_id, jti, digest) = match key {
        TokenKey::Jwt { grant_id, jti } => (Some(grant_id), Some(jti), None),
        TokenKey::Reference(digest) => (None, None, Some(digest.as_bytes())),
    };
    let row = sqlx::query!(
        r#"select g.user_id as "user_id!", g.claims as "claims?", to_jsonb(u) as "person!",
            auth.member_claims(g.user_id, g.organization_id, coalesce($5, t.claims ->> 'org_id', g.active_organization_id))
                as tenancy,
            t.claims as "token?"
           from auth.live_grants g
           join auth.users u on u.id = g.user_id
           left join auth.oauth_access_tokens t on t.grant_id = g.id and t.digest = $3 and t.expires_at > $4
           where g.id = coalesce($1, (
                select r.grant_id from auth.oauth_access_tokens r where r.digest = $3 and r.expires_at > $4))
             and g.live_until > $4
             and not exists (select from auth.revoked_tokens r where r.jti = $2)"#,
        grant_id,
        jti,
        digest,
        now,
        token_organization,
    )
    .fetch_optional(work.connection()?)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let inconsistent = |table, problem| DatabaseError::Inconsistent { table, problem };
    Ok(Some(UserinfoFacts {
        user_id: UserId::from_text(row.user_id),
        profile: Profile::from_row(row.person)
            .ok_or_else(|| inconsistent("auth.users", "a row is not a profile"))?,
        token: match row.token {
            Some(Value::Object(claims)) => claims,
            _ => Map::new(),
        },
        claims: row
            .claims
            .map(serde_json::from_value)
            .transpose()
            .map_err(|_| inconsistent("auth.oauth_grants", "claims is not a claims request"))?
            .unwrap_or_default(),
        tenancy: row.tenancy,
    }))
}

pub(super) async fn end_grant(
    work: &mut Work,
    grant_id: &GrantId,
    reason: EndReason,
) -> Result<Option<EndedGrant>, DatabaseError> {
    let now = work.now();
    let row = sqlx::query!(
        r#"update auth.oauth_grants
           set ended_at = $2, ended_reason = $3
           where id = $1
             and ended_at is null
           returning id, user_id"#,
        grant_id.as_str(),
        now,
        reason.name(),
    )
    .fetch_optional(work.connection()?)
    .await?;
    Ok(row.map(|row| EndedGrant {
        id: GrantId::from_text(row.id),
        user_id: UserId::from_text(row.user_id),
    }))
}

pub(super) async fn grant_of_refresh(
    work: &mut Work,
    digest: &Digest,
) -> Result<Option<(GrantId, ClientId)>, DatabaseError> {
    let row = sqlx::query!(
        "select id, client_id from auth.oauth_grants where refresh_digest = $1",
        digest.as_bytes()
    )
    .fetch_optional(work.connection()?)
    .await?;
    Ok(row.map(|row| (GrantId::from_text(row.id), ClientId::from_text(row.client_id))))
}

pub(super) async fn revoke_jti(
    work: &mut Work,
    jti: &str,
    expires_at: Timestamp,
) -> Result<bool, DatabaseError> {
    let revoked = sqlx::query!(
        "insert into auth.revoked_tokens (jti, expires_at) values ($1, $2) on conflict (jti) do nothing",
        jti,
        expires_at,
    )
    .execute(work.connection()?)
    .await?;
    Ok(revoked.rows_affected() == 1)
}

pub(super) async fn owner_of_reference(
    work: &mut Work,
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

pub(super) async fn delete_reference(
    work: &mut Work,
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

pub(super) async fn insert_reference(
    work: &mut Work,
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

pub(super) async fn expire_references(work: &mut Work, limit: i64) -> Result<u64, DatabaseError> {
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

pub(super) async fn expire_revocations(
    work: &mut Work,
    before: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let deleted = sqlx::query!(
        r#"delete from auth.revoked_tokens
           where ctid in (
                select ctid
                from auth.revoked_tokens
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

pub(super) async fn expire_grants(
    work: &mut Work,
    ended_before: Timestamp,
    made_before: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let deleted = sqlx::query!(
        r#"delete from auth.oauth_grants
           where ctid in (
                select ctid
                from auth.oauth_grants
                where ended_at <= $1
                   or least(idle_expires_at, expires_at) <= $1
                   or (refresh_digest is null and created_at <= $2)
                limit $3
                for update skip locked)"#,
        ended_before,
        made_before,
        limit,
    )
    .execute(work.connection()?)
    .await?;
    Ok(deleted.rows_affected())
}
