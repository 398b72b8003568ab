//! The statements that ask whether a token lives, and with what grant: one round trip each, one for all persons' JWTs that
//! are asked about at once.

use serde_json::{Map, Value};

use crate::authentication::Assurance;
use crate::base::clock::Timestamp;
use crate::base::digest::{self, Digest};
use crate::base::id::{ClientId, GrantId, OrganizationId, UserId};
use crate::db::groups::{Effect, Grouped, Placed, column, each, place};
use crate::db::{DatabaseError, PgConnection, UnitOfWork};
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::Scope;
use crate::token::liveness::LiveGrant;

/// The question whether a person's JWT lives.
pub(in crate::token) struct TokenLife {
    pub(in crate::token) grant_id: String,
    pub(in crate::token) jti: String,
    pub(in crate::token) client_id: ClientId,
    pub(in crate::token) mv: Option<String>,
    /// The organization of a token for the issuer itself.
    pub(in crate::token) organization: Option<String>,
    /// The whole of a token for a resource, which may call `org_id` otherwise.
    pub(in crate::token) renamed: Option<Value>,
}

impl Grouped for TokenLife {
    type Row = Option<()>;
    type Gate = ();

    const NAME: &'static str = "questions whether a token lives";

    const EFFECT: Effect = Effect::Reads;

    fn row(&self) -> Digest {
        digest::sha256(&[b"token", self.jti.as_bytes()])
    }

    fn client(&self) -> Option<&ClientId> {
        Some(&self.client_id)
    }

    async fn send(
        connection: &mut PgConnection,
        group: &[&Self],
        now: Timestamp,
    ) -> Result<Vec<Placed<Option<()>>>, DatabaseError> {
        let lives = grants_and_tokens_live(connection, group, now).await?;
        Ok(each(group.len(), lives.into_iter().map(|at| (place(at), Ok(())))))
    }
}

/// Which of a group live: a person's token does while its grant does, nobody revoked it, and no cut-off is above its epoch.
async fn grants_and_tokens_live(
    connection: &mut PgConnection,
    group: &[&TokenLife],
    now: Timestamp,
) -> Result<Vec<i64>, DatabaseError> {
    let grants = column(group, |one| one.grant_id.as_str());
    let tokens = column(group, |one| one.jti.as_str());
    let epochs = column(group, |one| one.mv.as_deref());
    let organizations = column(group, |one| one.organization.as_deref());
    let renamed = column(group, |one| one.renamed.as_ref());
    let lives = sqlx::query_scalar!(
        r#"with asked as materialized (
                select *
                from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[])
                    with ordinality as asked (grant_id, jti, mv, organization, renamed, place))
           select asked.place as "place!"
           from asked
           join auth.live_grants g on g.id = asked.grant_id
           left join auth.resources r on r.identifier = g.resource
           where g.live_until > $6
             and auth.epoch_is_current(asked.mv, g.user_id,
                coalesce(asked.organization, asked.renamed ->> coalesce(r.claim_names ->> 'org_id', 'org_id')))
             and not exists (select from auth.revoked_tokens r where r.jti = asked.jti offset 0)
           limit 64"#,
        &grants as &[&str],
        &tokens as &[&str],
        &epochs as &[Option<&str>],
        &organizations as &[Option<&str>],
        &renamed as &[Option<&Value>],
        now,
    )
    .fetch_all(connection)
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
