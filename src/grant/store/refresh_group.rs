//! The statement that rotates several refresh families at once, for requests that name neither scope, resource nor
//! organization. Each row has the conditions of `rotate` in `refresh`, with its own client and request; a row that is
//! locked, or that misses any condition, is left out, and whoever asked for it asks alone.

use std::time::Duration;

use serde_json::Value;

use super::row::GrantRow;
use crate::base::clock::{self, Timestamp};
use crate::base::digest::Digest;
use crate::base::id::ClientId;
use crate::db::DatabaseError;
use crate::db::connection::PgConnection;
use crate::grant::row::GrantedRow;

/// The most families of a group: the statement's `limit`, by which PostgreSQL knows how few rows it will write.
pub(in crate::grant) const LARGEST_GROUP: usize = 64;

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
}

struct RotatedRow {
    place: i64,
    grant_id: String,
    user_id: String,
    session_id: Option<String>,
    scopes: Vec<String>,
    claims: Option<Value>,
    auth_time: Timestamp,
    amr: Vec<String>,
    acr: String,
    began: Timestamp,
    tenancy: Option<Value>,
    person: Option<Value>,
    audience: Option<Value>,
}

impl RotatedRow {
    /// The row by its place in the group, counted from 0.
    fn placed(self) -> Result<(usize, GrantedRow), DatabaseError> {
        let place = usize::try_from(self.place - 1).map_err(|_| DatabaseError::Inconsistent {
            table: "auth.oauth_grants",
            problem: "a rotated family has no place in its group",
        })?;
        let row = GrantRow {
            grant_id: self.grant_id,
            user_id: self.user_id,
            session_id: self.session_id,
            scopes: self.scopes,
            claims: self.claims,
            nonce: None,
            auth_time: self.auth_time,
            amr: self.amr,
            acr: self.acr,
            began: self.began,
            tenancy: self.tenancy,
            person: self.person,
            audience: self.audience,
        };
        Ok((place, row.granted()?))
    }
}

/// One value of each of a group, as the statement takes it.
fn column<T>(group: &[&GroupedRotation], value: impl Fn(&GroupedRotation) -> T) -> Vec<T> {
    group.iter().map(|one| value(one)).collect()
}

/// Rotates the families of a group, none of which stands in it twice; answers with what was rotated, each by its place
/// in the group. Rows are locked in the order of their ids, and one that somebody else has locked is not waited for: two
/// groups never wait for each other.
pub(in crate::grant) async fn rotate_group(
    connection: &mut PgConnection,
    group: &[&GroupedRotation],
    now: Timestamp,
) -> Result<Vec<(usize, GrantedRow)>, DatabaseError> {
    let digests = column(group, |one| one.digest.as_bytes().to_vec());
    let generations = column(group, |one| one.generation);
    let clients: Vec<&str> = group.iter().map(|one| one.client_id.as_str()).collect();
    let request_digests = column(group, |one| one.request_digest.as_bytes().to_vec());
    let idle_until = column(group, |one| clock::after(now, one.idle));
    let offline_idle_until = column(group, |one| clock::after(now, one.offline_idle));
    let with_person = column(group, |one| one.with_person);
    let rows = sqlx::query_as!(
        RotatedRow,
        r#"with asked as materialized (
                select *
                from unnest($1::bytea[], $2::int4[], $3::text[], $4::timestamptz[], $5::bytea[], $6::timestamptz[],
                        $7::timestamptz[], $8::bool[])
                    with ordinality as asked (
                        digest, generation, client_id, now, request_digest, idle_until, offline_idle_until,
                        with_person, place)),
           locked as materialized (
                select g.id, asked.*
                from asked
                join auth.oauth_grants g on g.refresh_digest = asked.digest
                where g.generation = asked.generation
                  and g.client_id = asked.client_id
                  and g.ended_at is null
                order by g.id
                for update of g skip locked),
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
                where g.live_until > locked.now
                  and (g.resource is null or r.identifier is not null)
                limit 64),
           rotated as (
                update auth.oauth_grants g
                set generation = g.generation + 1,
                    rotated_at = candidate.now,
                    request_digest = candidate.request_digest,
                    idle_expires_at = case when g.offline then candidate.offline_idle_until
                        else candidate.idle_until end
                from candidate
                where g.id = candidate.id
                  and g.generation = candidate.generation
                  and g.ended_at is null
                  and candidate.tenancy is not null
                returning candidate.place, g.id, g.user_id, g.session_id, g.scopes, g.claims, g.auth_time, g.amr, g.acr,
                    g.created_at, candidate.tenancy, candidate.person, candidate.audience)
           select place as "place!", id as "grant_id!", user_id as "user_id!", session_id, scopes as "scopes!", claims,
                auth_time as "auth_time!", amr as "amr!", acr as "acr!", created_at as "began!", tenancy, person, audience
           from rotated"#,
        &digests,
        &generations,
        &clients as &[&str],
        &vec![now; group.len()],
        &request_digests,
        &idle_until,
        &offline_idle_until,
        &with_person,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(RotatedRow::placed).collect()
}
