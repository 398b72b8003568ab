//! The statements that redeem several codes at once, and read what redeeming would grant. Each row has the conditions of
//! `redeem` in `code`, with its own client and request; a code that is locked, or that misses any condition, is left out,
//! and whoever presented it presents it alone.

use std::time::Duration;

use serde_json::Value;

use super::placed::{self, PlacedRow};
use crate::base::clock::{self, Timestamp};
use crate::base::digest::Digest;
use crate::base::id::ClientId;
use crate::db::groups::{Effect, Grouped, Placed, column};
use crate::db::{DatabaseError, PgConnection};
use crate::grant::groups::Present;
use crate::grant::row::GrantedRow;
use crate::protocol::scope::OFFLINE_ACCESS;

/// One redemption of a group.
#[derive(Debug, Clone)]
pub(in crate::grant) struct GroupedRedemption {
    pub(in crate::grant) digest: Digest,
    pub(in crate::grant) client_id: ClientId,
    pub(in crate::grant) challenge: Option<String>,
    pub(in crate::grant) redirect_uri: Option<String>,
    pub(in crate::grant) resource: Option<String>,
    /// None: this client gets no refresh token.
    pub(in crate::grant) refresh_digest: Option<Digest>,
    pub(in crate::grant) refresh: (Duration, Duration),
    pub(in crate::grant) offline: (Duration, Duration),
    /// The client wants standard claims in its ID token.
    pub(in crate::grant) with_person: bool,
    /// What the operators' hooks were asked about: if it is no longer true, nothing is redeemed.
    pub(in crate::grant) prepared: Option<Value>,
}

/// One redemption of a group whose hooks are still to be asked.
pub(in crate::grant) struct CodePreparation(pub(in crate::grant) GroupedRedemption);

impl Grouped for GroupedRedemption {
    type Row = GrantedRow;
    type Gate = Present;

    const NAME: &'static str = "code redemptions";

    /// The second time it would find its codes redeemed.
    const EFFECT: Effect = Effect::Once;

    fn row(&self) -> Digest {
        self.digest
    }

    fn client(&self) -> Option<&ClientId> {
        Some(&self.client_id)
    }

    fn may_send(&self, present: &Present) -> bool {
        present.allows_completing(self.prepared.is_some())
    }

    async fn send(
        connection: &mut PgConnection,
        group: &[&Self],
        now: Timestamp,
    ) -> Result<Vec<Placed<GrantedRow>>, DatabaseError> {
        redeem_group(connection, group, now).await
    }
}

impl Grouped for CodePreparation {
    type Row = GrantedRow;
    type Gate = ();

    const NAME: &'static str = "code preparations";

    const EFFECT: Effect = Effect::Reads;

    fn row(&self) -> Digest {
        self.0.digest
    }

    fn client(&self) -> Option<&ClientId> {
        Some(&self.0.client_id)
    }

    async fn send(
        connection: &mut PgConnection,
        group: &[&Self],
        now: Timestamp,
    ) -> Result<Vec<Placed<GrantedRow>>, DatabaseError> {
        prepare_group(connection, group, now).await
    }
}

/// What a group presents, a column for each part.
struct Presented<'a> {
    digests: Vec<Vec<u8>>,
    clients: Vec<&'a str>,
    challenges: Vec<Option<&'a str>>,
    redirect_uris: Vec<Option<&'a str>>,
    resources: Vec<Option<&'a str>>,
    with_person: Vec<bool>,
}

impl<'a> Presented<'a> {
    fn by(group: &[&'a GroupedRedemption]) -> Self {
        Self {
            digests: column(group, |one| one.digest.as_bytes().to_vec()),
            clients: column(group, |one| one.client_id.as_str()),
            challenges: column(group, |one| one.challenge.as_deref()),
            redirect_uris: column(group, |one| one.redirect_uri.as_deref()),
            resources: column(group, |one| one.resource.as_deref()),
            with_person: column(group, |one| one.with_person),
        }
    }
}

/// The refresh families of a group's grants, none where a client gets no refresh token.
struct Families {
    digests: Vec<Option<Vec<u8>>>,
    idle: Vec<Option<Timestamp>>,
    whole: Vec<Option<Timestamp>>,
    offline_idle: Vec<Option<Timestamp>>,
    offline_whole: Vec<Option<Timestamp>>,
}

impl Families {
    fn of(group: &[&GroupedRedemption], now: Timestamp) -> Self {
        let ends = |life: fn(&GroupedRedemption) -> Duration| {
            column(group, |one| {
                one.refresh_digest.map(|_| clock::after(now, life(one)))
            })
        };
        Self {
            digests: column(group, |one| {
                one.refresh_digest.map(|digest| digest.as_bytes().to_vec())
            }),
            idle: ends(|one| one.refresh.0),
            whole: ends(|one| one.refresh.1),
            offline_idle: ends(|one| one.offline.0),
            offline_whole: ends(|one| one.offline.1),
        }
    }
}

/// Redeems the codes of a group, none of which stands in it twice, and makes their grants. Rows are locked in the order
/// of their digests, and one that somebody else has locked is not waited for, nor is what a grant refers to (a client that
/// is being deleted or changed): nobody else's code waits for it.
async fn redeem_group(
    connection: &mut PgConnection,
    group: &[&GroupedRedemption],
    now: Timestamp,
) -> Result<Vec<Placed<GrantedRow>>, DatabaseError> {
    let presented = Presented::by(group);
    let families = Families::of(group, now);
    let prepared = column(group, |one| one.prepared.as_ref());
    let rows = sqlx::query_as!(
        PlacedRow,
        r#"with asked as materialized (
                select *
                from unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::timestamptz[],
                        $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::bool[], $12::jsonb[])
                    with ordinality as asked (
                        digest, client_id, challenge, redirect_uri, resource, refresh_digest, idle, whole, offline_idle,
                        offline_whole, with_person, prepared, place)),
           locked as materialized (
                select asked.*
                from asked
                join auth.oauth_authorization_codes c on c.digest = asked.digest
                join auth.oauth_applications a on a.client_id = c.client_id
                join auth.users u on u.id = c.user_id
                join auth.sessions s on s.id = c.session_id
                where c.redeemed_at is null and c.client_id = asked.client_id
                  and c.code_challenge is not distinct from asked.challenge
                  and (c.redirect_uri = asked.redirect_uri or (asked.redirect_uri is null and not c.redirect_uri_given))
                  and (asked.resource is null or c.resource = asked.resource)
                order by c.digest for no key update of c skip locked for key share of a, u, s skip locked),
           candidate as materialized (
                select locked.*, facts.tenancy,
                    case when 'openid' = any (c.scopes) and (locked.with_person or c.claims ? 'id_token') then (
                        select to_jsonb(u) from auth.users u where u.id = c.user_id) end as person,
                    case when r.identifier is not null then to_jsonb(r) end as audience
                from locked
                join auth.live_codes c on c.digest = locked.digest
                left join auth.resources r on r.identifier = c.resource
                cross join lateral (
                    select tenancy
                    from auth.member_facts(
                        c.user_id, c.organization_id, c.active_organization_id, c.scopes, c.created_at)
                    offset 0) facts
                where c.live_until > $13 and (c.resource is null or r.identifier is not null)
                limit 64),
           redeemed as (
                update auth.oauth_authorization_codes c
                set redeemed_at = $13
                from candidate
                where c.digest = candidate.digest and c.redeemed_at is null and candidate.tenancy is not null
                  and (candidate.prepared is null or candidate.tenancy = candidate.prepared)
                returning c.*, candidate.place, candidate.tenancy, candidate.person, candidate.audience,
                    candidate.refresh_digest, candidate.idle, candidate.whole, candidate.offline_idle,
                    candidate.offline_whole, $14 = any (c.scopes) as offline),
           granted as (
                insert into auth.oauth_grants (
                    id, client_id, user_id, session_id, scopes, claims, resource, organization_id, auth_time, amr, acr,
                    offline, created_at, refresh_digest, idle_expires_at, expires_at)
                select grant_id, client_id, user_id, session_id, scopes, claims, resource, organization_id, auth_time,
                    amr, acr, offline, created_at, refresh_digest,
                    case when offline then offline_idle else idle end,
                    case when offline then offline_whole else whole end
                from redeemed)
           select place as "place!", grant_id, user_id, session_id as "session_id?", scopes, claims, nonce, auth_time, amr,
                acr, created_at as began, tenancy, person, audience
           from redeemed"#,
        &presented.digests,
        &presented.clients as &[&str],
        &presented.challenges as &[Option<&str>],
        &presented.redirect_uris as &[Option<&str>],
        &presented.resources as &[Option<&str>],
        &families.digests as &[Option<Vec<u8>>],
        &families.idle as &[Option<Timestamp>],
        &families.whole as &[Option<Timestamp>],
        &families.offline_idle as &[Option<Timestamp>],
        &families.offline_whole as &[Option<Timestamp>],
        &presented.with_person,
        &prepared as &[Option<&Value>],
        now,
        OFFLINE_ACCESS,
    )
    .fetch_all(connection)
    .await?;
    Ok(placed::granted(rows))
}

/// The grants that redeeming would make.
async fn prepare_group(
    connection: &mut PgConnection,
    group: &[&CodePreparation],
    now: Timestamp,
) -> Result<Vec<Placed<GrantedRow>>, DatabaseError> {
    let presented = Presented::by(&column(group, |one| &one.0));
    let rows = sqlx::query_as!(
        PlacedRow,
        r#"with asked as materialized (
                select *
                from unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[])
                    with ordinality as asked (
                        digest, client_id, challenge, redirect_uri, resource, with_person, place))
           select asked.place as "place!", c.grant_id as "grant_id!", c.user_id as "user_id!", c.session_id,
                c.scopes as "scopes!", c.claims, c.nonce, c.auth_time as "auth_time!", c.amr as "amr!", c.acr as "acr!",
                c.created_at as "began!", facts.tenancy,
                case when 'openid' = any (c.scopes) and (asked.with_person or c.claims ? 'id_token') then (
                    select to_jsonb(u) from auth.users u where u.id = c.user_id) end as person,
                case when r.identifier is not null then to_jsonb(r) end as audience
           from asked
           join auth.live_codes c on c.digest = asked.digest
           left join auth.resources r on r.identifier = c.resource
           cross join lateral (
                select tenancy
                from auth.member_facts(
                    c.user_id, c.organization_id, c.active_organization_id, c.scopes, c.created_at)
                offset 0) facts
           where c.client_id = asked.client_id
             and c.live_until > $7
             and c.code_challenge is not distinct from asked.challenge
             and (c.redirect_uri = asked.redirect_uri or (asked.redirect_uri is null and not c.redirect_uri_given))
             and (asked.resource is null or c.resource = asked.resource)
             and (c.resource is null or r.identifier is not null)
           limit 64"#,
        &presented.digests,
        &presented.clients as &[&str],
        &presented.challenges as &[Option<&str>],
        &presented.redirect_uris as &[Option<&str>],
        &presented.resources as &[Option<&str>],
        &presented.with_person,
        now,
    )
    .fetch_all(connection)
    .await?;
    Ok(placed::granted(rows))
}
