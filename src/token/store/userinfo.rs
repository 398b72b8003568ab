//! The statements of userinfo: the grant, the person and today's tenancy of a live token in one round trip.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::base::clock::Timestamp;
use crate::base::digest::{self, Digest};
use crate::base::id::{ClientId, UserId};
use crate::db::groups::{Effect, Grouped, Placed, column, each, place};
use crate::db::{DatabaseError, PgConnection, UnitOfWork};
use crate::protocol::scope::ORGANIZATIONS;
use crate::token::liveness::UserinfoFacts;
use crate::user::{Profile, ProfileDetails};

/// The grant, the person and today's tenancy of a live token; with typed columns, since a row as JSON costs the
/// database as much as the question whether the grant lives.
struct UserinfoRow {
    place: i64,
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
pub(in crate::token) struct UserinfoOf {
    pub(in crate::token) grant_id: String,
    pub(in crate::token) jti: String,
    pub(in crate::token) client_id: Option<ClientId>,
    pub(in crate::token) mv: Option<String>,
    pub(in crate::token) organization: Option<String>,
    pub(in crate::token) scope: String,
}

impl Grouped for UserinfoOf {
    type Row = Option<UserinfoFacts>;
    type Gate = ();

    const NAME: &'static str = "questions about people";

    const EFFECT: Effect = Effect::Reads;

    fn row(&self) -> Digest {
        digest::sha256(&[b"userinfo", self.jti.as_bytes()])
    }

    fn client(&self) -> Option<&ClientId> {
        self.client_id.as_ref()
    }

    async fn send(
        connection: &mut PgConnection,
        group: &[&Self],
        now: Timestamp,
    ) -> Result<Vec<Placed<Option<UserinfoFacts>>>, DatabaseError> {
        let rows = userinfo_of_jwts(connection, group, now).await?;
        let facts = rows.into_iter().map(|row| (place(row.place), row.facts()));
        Ok(each(group.len(), facts))
    }
}

/// What userinfo says for the JWTs of a group. An unbound grant keeps the organization that the token speaks of: the epoch
/// says that the person is still joined. Where it is the same as today's, no cut-off is newer, and none is looked for.
async fn userinfo_of_jwts(
    connection: &mut PgConnection,
    group: &[&UserinfoOf],
    now: Timestamp,
) -> Result<Vec<UserinfoRow>, DatabaseError> {
    let grants = column(group, |one| one.grant_id.as_str());
    let tokens = column(group, |one| one.jti.as_str());
    let epochs = column(group, |one| one.mv.as_deref());
    let organizations = column(group, |one| one.organization.as_deref());
    let scopes = column(group, |one| one.scope.as_str());
    let rows = sqlx::query_as!(
        UserinfoRow,
        r#"with asked as materialized (
                select place, grant_id, jti, mv, organization, string_to_array(scope, ' ') as scopes
                from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
                    with ordinality as asked (grant_id, jti, mv, organization, scope, place))
           select asked.place as "place!", g.user_id as "user_id!", g.created_at as "began!", g.claims,
            null::jsonb as token, facts.tenancy,
            case when $7 = any (asked.scopes) then auth.member_organizations(g.user_id) end as organizations,
            u.email, u.email_verified_at, u.user_name, u.name, u.given_name, u.family_name, u.middle_name, u.nickname,
            u.profile, u.image, u.website, u.gender, u.birthdate, u.zoneinfo, u.locale, u.phone, u.phone_verified_at,
            u.address_formatted, u.address_street, u.address_locality, u.address_region, u.address_postal_code,
            u.address_country, u.updated_at
           from asked
           join auth.live_grants g on g.id = asked.grant_id
           join auth.users u on u.id = g.user_id
           cross join lateral (
               select tenancy
               from auth.member_facts(
                   g.user_id, g.organization_id, coalesce(asked.organization, g.active_organization_id), asked.scopes,
                   g.created_at)
               offset 0) facts
           where g.live_until > $6
             and (facts.tenancy ->> 'mv' = asked.mv
                     and facts.tenancy ->> 'org_id' is not distinct from asked.organization
                 or auth.epoch_is_current(asked.mv, g.user_id, asked.organization))
             and not exists (select from auth.revoked_tokens r where r.jti = asked.jti offset 0)
           limit 64"#,
        &grants as &[&str],
        &tokens as &[&str],
        &epochs as &[Option<&str>],
        &organizations as &[Option<&str>],
        &scopes as &[&str],
        now,
        ORGANIZATIONS,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// The same for a reference token, by its digest.
pub(in crate::token) async fn userinfo_of_reference(
    work: &mut UnitOfWork,
    digest: &Digest,
) -> Result<Option<UserinfoFacts>, DatabaseError> {
    let now = work.now();
    let row = sqlx::query_as!(
        UserinfoRow,
        r#"select 1::bigint as "place!", g.user_id as "user_id!", g.created_at as "began!", g.claims, t.claims as token,
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
