//! The statements that rotate several refresh families at once, and read what rotating would grant, for requests that name
//! neither scope, resource nor organization. Each row has the conditions of `rotate` in `refresh`, with its own client and
//! request; a row that is locked, or that misses any condition, is left out, and whoever asked for it asks alone.

use std::time::Duration;

use serde_json::Value;

use super::placed::{self, PlacedRow};
use super::refresh::Rotated;
use super::row::GrantRow;
use crate::base::clock::{self, Timestamp};
use crate::base::digest::Digest;
use crate::base::id::ClientId;
use crate::db::groups::{Effect, Grouped, Placed, column, place};
use crate::db::{DatabaseError, PgConnection};
use crate::grant::groups::Present;
use crate::grant::row::GrantedRow;

/// One rotation of a group.
#[derive(Debug, Clone)]
pub(in crate::grant) struct GroupedRotation {
    pub(in crate::grant) digest: Digest,
    pub(in crate::grant) generation: i32,
    pub(in crate::grant) client_id: ClientId,
    pub(in crate::grant) request_digest: Digest,
    pub(in crate::grant) idle: Duration,
    pub(in crate::grant) offline_idle: Duration,
    /// The client wants standard claims in its ID token.
    pub(in crate::grant) with_person: bool,
    /// What the operators' hooks were asked about: if it is no longer true, nothing is rotated.
    pub(in crate::grant) prepared: Option<Value>,
}

/// One rotation of a group whose hooks are still to be asked.
pub(in crate::grant) struct RefreshPreparation(pub(in crate::grant) GroupedRotation);

impl Grouped for GroupedRotation {
    type Row = GrantedRow;
    type Gate = Present;

    const NAME: &'static str = "refreshes";

    /// Who comes back empty the second time is given the same successor as a lost reply.
    const EFFECT: Effect = Effect::Repeats;

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
        rotate_group(connection, group, now).await
    }
}

impl Grouped for RefreshPreparation {
    type Row = (GrantedRow, Rotated);
    type Gate = ();

    const NAME: &'static str = "refresh preparations";

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
    ) -> Result<Vec<Placed<(GrantedRow, Rotated)>>, DatabaseError> {
        prepare_group(connection, group, now).await
    }
}

/// Rotates the families of a group, none of which stands in it twice. Rows are locked in the order of their ids, and one
/// that somebody else has locked is not waited for: two groups never wait for each other.
async fn rotate_group(
    connection: &mut PgConnection,
    group: &[&GroupedRotation],
    now: Timestamp,
) -> Result<Vec<Placed<GrantedRow>>, DatabaseError> {
    let digests = column(group, |one| one.digest.as_bytes().to_vec());
    let generations = column(group, |one| one.generation);
    let clients = column(group, |one| one.client_id.as_str());
    let request_digests = column(group, |one| one.request_digest.as_bytes().to_vec());
    let idle_until = column(group, |one| clock::after(now, one.idle));
    let offline_idle_until = column(group, |one| clock::after(now, one.offline_idle));
    let with_person = column(group, |one| one.with_person);
    let prepared = column(group, |one| one.prepared.as_ref());
    let rows = sqlx::query_as!(
        PlacedRow,
        r#"with asked as materialized (
                select *
                from unnest($1::bytea[], $2::int4[], $3::text[], $4::bytea[], $5::timestamptz[], $6::timestamptz[], $7::bool[],
                        $8::jsonb[])
                    with ordinality as asked (
                        digest, generation, client_id, request_digest, idle_until, offline_idle_until, with_person, prepared,
                        place)),
           locked as materialized (
                select g.id, asked.*
                from asked
                join auth.oauth_grants g on g.refresh_digest = asked.digest
                where g.generation = asked.generation
                  and g.client_id = asked.client_id
                  and g.ended_at is null
                order by g.id
                for no key update of g skip locked),
           candidate as materialized (
                select locked.*, facts.tenancy,
                    case when 'openid' = any (g.scopes) and (locked.with_person or g.claims ? 'id_token') then (
                        select to_jsonb(u) from auth.users u where u.id = g.user_id) end as person,
                    case when r.identifier is not null then to_jsonb(r) end as audience
                from locked
                join auth.live_grants g on g.id = locked.id
                left join auth.resources r on r.identifier = g.resource
                cross join lateral (
                    select tenancy
                    from auth.member_facts(
                        g.user_id, g.organization_id, g.active_organization_id, g.scopes, g.created_at)
                    offset 0) facts
                where g.live_until > $9
                  and (g.resource is null or r.identifier is not null)
                limit 64),
           rotated as (
                update auth.oauth_grants g
                set generation = g.generation + 1,
                    rotated_at = $9,
                    request_digest = candidate.request_digest,
                    idle_expires_at = case when g.offline then candidate.offline_idle_until
                        else candidate.idle_until end
                from candidate
                where g.id = candidate.id
                  and g.generation = candidate.generation
                  and g.ended_at is null
                  and candidate.tenancy is not null
                  and (candidate.prepared is null or candidate.tenancy = candidate.prepared)
                returning candidate.place, g.id, g.user_id, g.session_id, g.scopes, g.claims, g.auth_time, g.amr, g.acr,
                    g.created_at, candidate.tenancy, candidate.person, candidate.audience)
           select place as "place!", id as "grant_id!", user_id as "user_id!", session_id, scopes as "scopes!", claims,
                null::text as nonce, auth_time as "auth_time!", amr as "amr!", acr as "acr!", created_at as "began!",
                tenancy, person, audience
           from rotated"#,
        &digests,
        &generations,
        &clients as &[&str],
        &request_digests,
        &idle_until,
        &offline_idle_until,
        &with_person,
        &prepared as &[Option<&Value>],
        now,
    )
    .fetch_all(connection)
    .await?;
    Ok(placed::granted(rows))
}

/// The grants of a group's families, and how each was rotated last.
async fn prepare_group(
    connection: &mut PgConnection,
    group: &[&RefreshPreparation],
    now: Timestamp,
) -> Result<Vec<Placed<(GrantedRow, Rotated)>>, DatabaseError> {
    let digests = column(group, |one| one.0.digest.as_bytes().to_vec());
    let clients = column(group, |one| one.0.client_id.as_str());
    let with_person = column(group, |one| one.0.with_person);
    let rows = sqlx::query!(
        r#"with asked as materialized (
                select *
                from unnest($1::bytea[], $2::text[], $3::bool[])
                    with ordinality as asked (digest, client_id, with_person, place))
           select asked.place as "place!", g.id as "id!", g.user_id as "user_id!", g.session_id, g.scopes as "scopes!", g.claims,
                g.auth_time as "auth_time!", g.amr as "amr!", g.acr as "acr!", g.generation as "generation!",
                g.rotated_at, g.request_digest, g.created_at as "created_at!",
                facts.tenancy,
                case when 'openid' = any (g.scopes) and (asked.with_person or g.claims ? 'id_token') then (
                    select to_jsonb(u) from auth.users u where u.id = g.user_id) end as person,
                case when r.identifier is not null then to_jsonb(r) end as audience
           from asked
           join auth.live_grants g on g.refresh_digest = asked.digest
           left join auth.resources r on r.identifier = g.resource
           cross join lateral (
                select tenancy
                from auth.member_facts(
                    g.user_id, g.organization_id, g.active_organization_id, g.scopes, g.created_at)
                offset 0) facts
           where g.client_id = asked.client_id
             and g.live_until > $4
             and (g.resource is null or r.identifier is not null)
           limit 64"#,
        &digests,
        &clients as &[&str],
        &with_person,
        now,
    )
    .fetch_all(connection)
    .await?;
    let rows = rows.into_iter().map(|row| {
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
        let granted = granted.granted();
        (place(row.place), granted.map(|granted| (granted, rotated)))
    });
    Ok(rows.collect())
}
