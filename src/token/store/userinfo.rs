//! The statements of userinfo: the grant, the person and today's tenancy of a live token in one round trip.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::UserId;
use crate::db::{DatabaseError, UnitOfWork};
use crate::protocol::scope::ORGANIZATIONS;
use crate::token::liveness::UserinfoFacts;
use crate::user::{Profile, ProfileDetails};

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
pub(in crate::token) struct TokenSays<'a> {
    pub(in crate::token) grant_id: &'a str,
    pub(in crate::token) jti: &'a str,
    pub(in crate::token) mv: Option<&'a str>,
    pub(in crate::token) organization: Option<&'a str>,
    pub(in crate::token) scopes: Vec<String>,
}

/// What userinfo says for a JWT. An unbound grant keeps the organization that the token speaks of: the epoch says
/// that the person is still joined. Where it is the same as today's, no cut-off is newer, and none is looked for.
pub(in crate::token) async fn userinfo_of_jwt(
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
               select tenancy
               from auth.member_facts(
                   g.user_id, g.organization_id, coalesce($4, g.active_organization_id), $6, g.created_at)
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
pub(in crate::token) async fn userinfo_of_reference(
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
               select tenancy
               from auth.member_facts(
                   g.user_id, g.organization_id, coalesce(t.claims ->> 'org_id', g.active_organization_id),
                   says.scopes, g.created_at)
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
