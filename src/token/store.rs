//! Grants, reference tokens and revoked ids in the database.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::access_token::AccessToken;
use super::liveness::{LiveGrant, UserinfoFacts};
use super::revocation::{EndReason, EndedGrant};
use crate::authentication::Assurance;
use crate::base::clock::{self, Timestamp};
use crate::base::digest::Digest;
use crate::base::id::{ClientId, GrantId, OrganizationId, TokenId, UserId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::{ORGANIZATIONS, Scope};
use crate::user::{Profile, ProfileDetails};

/// What a token says of the membership epoch it was made in.
pub(super) struct TokenEpoch<'a> {
    pub(super) mv: Option<&'a str>,
    /// The organization of a token for the issuer itself.
    pub(super) organization: Option<&'a str>,
    /// The whole of a token for a resource, which may call `org_id` otherwise.
    pub(super) renamed: Option<Value>,
}

/// A person's token lives while its grant does, nobody revoked it, and no cut-off is above its epoch.
pub(super) async fn grant_and_token_live(
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

pub(super) async fn client_token_lives(
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

pub(super) async fn reference_claims(
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
pub(super) async fn live_grant_of_refresh(
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

/// The grant, the person and today's tenancy of a live token; with typed columns, since a row as JSON costs the
/// database as much as the question whether the grant lives.
struct UserinfoRow {
    user_id: String,
    began: Timestamp,
    claims: Option<Value>,
    tenancy: Option<Value>,
    organizations: Option<Value>,
    token: Option<Value>,
    email: String,
    email_verified_at: Option<Timestamp>,
    user_name: Option<String>,
    name: String,
    given_name: Option<String>,
    family_name: Option<String>,
    middle_name: Option<String>,
    nickname: Option<String>,
    profile: Option<String>,
    image: Option<String>,
    website: Option<String>,
    gender: Option<String>,
    birthdate: Option<String>,
    zoneinfo: Option<String>,
    locale: Option<String>,
    phone: Option<String>,
    phone_verified_at: Option<Timestamp>,
    address_formatted: Option<String>,
    address_street: Option<String>,
    address_locality: Option<String>,
    address_region: Option<String>,
    address_postal_code: Option<String>,
    address_country: Option<String>,
    updated_at: Timestamp,
}

/// What userinfo reads of a JWT.
pub(super) struct TokenSays<'a> {
    pub(super) grant_id: &'a str,
    pub(super) jti: &'a str,
    pub(super) mv: Option<&'a str>,
    pub(super) organization: Option<&'a str>,
    pub(super) scopes: Vec<String>,
}

/// What userinfo says for a JWT. An unbound grant keeps the organization that the token speaks of: the epoch says
/// that the person is still joined. Where it is the same as today's, no cut-off is newer, and none is looked for.
pub(super) async fn userinfo_of_jwt(
    work: &mut UnitOfWork,
    says: TokenSays<'_>,
) -> Result<Option<UserinfoFacts>, DatabaseError> {
    let now = work.now();
    let row = sqlx::query_as!(
        UserinfoRow,
        r#"select g.user_id as "user_id!", g.created_at as "began!", g.claims, null::jsonb as token,
            facts.tenancy,
            case when $7 = any ($6) then auth.member_organizations(g.user_id) end as organizations,
            u.email, u.email_verified_at, u.user_name, u.name, u.given_name, u.family_name, u.middle_name, u.nickname,
            u.profile, u.image, u.website, u.gender, u.birthdate, u.zoneinfo, u.locale, u.phone, u.phone_verified_at,
            u.address_formatted, u.address_street, u.address_locality, u.address_region, u.address_postal_code,
            u.address_country, u.updated_at
           from auth.live_grants g
           join auth.users u on u.id = g.user_id
           cross join lateral (
               select auth.member_claims(
                   g.user_id, g.organization_id, coalesce($4, g.active_organization_id), $6, g.created_at) as tenancy
               offset 0) facts
           where g.id = $1
             and g.live_until > $3
             and (facts.tenancy ->> 'mv' = $5 and facts.tenancy ->> 'org_id' is not distinct from $4
                 or auth.epoch_is_current($5, g.user_id, $4))
             and not exists (select from auth.revoked_tokens r where r.jti = $2)"#,
        says.grant_id,
        says.jti,
        now,
        says.organization,
        says.mv,
        &says.scopes,
        ORGANIZATIONS,
    )
    .fetch_optional(work.connection()?)
    .await?;
    row.map(UserinfoRow::facts).transpose()
}

/// The same for a reference token, by its digest.
pub(super) async fn userinfo_of_reference(
    work: &mut UnitOfWork,
    digest: &Digest,
) -> Result<Option<UserinfoFacts>, DatabaseError> {
    let now = work.now();
    let row = sqlx::query_as!(
        UserinfoRow,
        r#"select g.user_id as "user_id!", g.created_at as "began!", g.claims, t.claims as token,
            facts.tenancy,
            case when $3 = any (says.scopes) then auth.member_organizations(g.user_id) end as organizations,
            u.email, u.email_verified_at, u.user_name, u.name, u.given_name, u.family_name, u.middle_name, u.nickname,
            u.profile, u.image, u.website, u.gender, u.birthdate, u.zoneinfo, u.locale, u.phone, u.phone_verified_at,
            u.address_formatted, u.address_street, u.address_locality, u.address_region, u.address_postal_code,
            u.address_country, u.updated_at
           from auth.oauth_access_tokens t
           join auth.live_grants g on g.id = t.grant_id
           join auth.users u on u.id = g.user_id
           cross join lateral (select string_to_array(t.claims ->> 'scope', ' ') as scopes) says
           cross join lateral (
               select auth.member_claims(
                   g.user_id, g.organization_id, coalesce(t.claims ->> 'org_id', g.active_organization_id),
                   says.scopes, g.created_at) as tenancy
               offset 0) facts
           where t.digest = $1
             and t.expires_at > $2
             and g.live_until > $2
             and (facts.tenancy ->> 'mv' = t.claims ->> 'mv'
                     and facts.tenancy ->> 'org_id' is not distinct from t.claims ->> 'org_id'
                 or auth.epoch_is_current(t.claims ->> 'mv', g.user_id, t.claims ->> 'org_id'))"#,
        digest.as_bytes(),
        now,
        ORGANIZATIONS,
    )
    .fetch_optional(work.connection()?)
    .await?;
    row.map(UserinfoRow::facts).transpose()
}

impl UserinfoRow {
    fn facts(self) -> Result<UserinfoFacts, DatabaseError> {
        let claims = self.claims.map(serde_json::from_value).transpose();
        Ok(UserinfoFacts {
            user_id: UserId::from_text(self.user_id),
            began: self.began,
            profile: Profile {
                email: self.email,
                email_verified_at: self.email_verified_at,
                user_name: self.user_name,
                details: ProfileDetails {
                    name: self.name,
                    given_name: self.given_name,
                    family_name: self.family_name,
                    middle_name: self.middle_name,
                    nickname: self.nickname,
                    profile: self.profile,
                    image: self.image,
                    website: self.website,
                    gender: self.gender,
                    birthdate: self.birthdate,
                    zoneinfo: self.zoneinfo,
                    locale: self.locale,
                    phone: self.phone,
                    address_formatted: self.address_formatted,
                    address_street: self.address_street,
                    address_locality: self.address_locality,
                    address_region: self.address_region,
                    address_postal_code: self.address_postal_code,
                    address_country: self.address_country,
                },
                phone_verified_at: self.phone_verified_at,
                updated_at: self.updated_at,
            },
            token: Arc::new(match self.token {
                Some(Value::Object(claims)) => claims,
                _ => Map::new(),
            }),
            claims: claims
                .map_err(|_| DatabaseError::Inconsistent {
                    table: "auth.oauth_grants",
                    problem: "claims is not a claims request",
                })?
                .unwrap_or_default(),
            tenancy: self.tenancy,
            organizations: self.organizations,
        })
    }
}

pub(super) async fn end_grant(
    work: &mut UnitOfWork,
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
    work: &mut UnitOfWork,
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
    work: &mut UnitOfWork,
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
    work: &mut UnitOfWork,
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
    work: &mut UnitOfWork,
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
    work: &mut UnitOfWork,
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

pub(super) async fn expire_references(work: &mut UnitOfWork, limit: i64) -> Result<u64, DatabaseError> {
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
    work: &mut UnitOfWork,
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
    work: &mut UnitOfWork,
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
