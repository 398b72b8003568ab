//! Owns `auth.sessions`, and reads of its person what a page shows (`auth.users`) and of an organization whether
//! the person is in it (`auth.members`, `auth.organizations`).

use crate::authentication::Assurance;
use crate::base::clock::{Timestamp, after};
use crate::base::digest::Digest;
use crate::base::handle::Handle;
use crate::base::id::{OrganizationId, SessionId, UserId};
use crate::db::groups::{Placed, each, place};
use crate::db::walk::{Span, Walked};
use crate::db::{DatabaseError, PgConnection, UnitOfWork};
use crate::i18n::Locale;
use crate::session::ending::EndReason;
use crate::session::live::{LiveSession, NewSession, Person, Session, Standing};
use crate::session::lookup::Slides;

/// What came of a start.
pub(in crate::session) struct Started {
    /// None if the person may have none.
    pub(in crate::session) session: Option<Session>,
    /// The other one that the browser had.
    pub(in crate::session) ended: Option<SessionId>,
}

/// Starts or continues a session: one statement, so that two logins from one browser cannot both continue it.
pub(in crate::session) async fn start(
    work: &mut UnitOfWork,
    new: &NewSession<'_>,
    handle: &Handle,
) -> Result<Started, DatabaseError> {
    let now = work.now();
    let id = SessionId::new(now, work.entropy());
    let digest = handle.digest(work.epoch());
    let presented = new.replaces.map(|handle| handle.digest(work.epoch()));
    let origin = work.origin().clone();
    let address = origin.address.map(|address| address.to_canonical().to_string());
    let row = sqlx::query!(
        r#"with presented as (
            select s.id, s.user_id = $4 and exists (
                select from auth.live_sessions l where l.id = s.id and l.live_until > $8
            ) as goes_on
            from auth.sessions s
            where s.token_digest = $3
              and s.revoked_at is null
        ), person as (
            select u.id, u.status
            from auth.users u
            where u.id = $4 and u.deleted_at is null and u.status in ('active', 'waitlist')
        ), ended as (
            update auth.sessions s
            set revoked_at = $8, revoked_reason = $13
            from presented p
            where s.id = p.id
              and not p.goes_on
              and s.revoked_at is null
            returning s.id
        ), continued as (
            update auth.sessions s
            set token_digest = $2, auth_time = $5, amr = $6, acr = $7, ip_address = $9::text::inet,
                user_agent = $10, last_activity_at = $8, idle_expires_at = $11, expires_at = $12
            from presented p, person
            where s.id = p.id
              and p.goes_on
              and s.token_digest = $3
              and s.revoked_at is null
            returning s.id, s.active_organization_id
        ), created as (
            insert into auth.sessions
                (id, token_digest, user_id, auth_time, amr, acr, ip_address, user_agent,
                 created_at, last_activity_at, idle_expires_at, expires_at)
            select $1, $2, person.id, $5, $6, $7, $9::text::inet, $10, $8, $8, $11, $12
            from person
            where not exists (select from continued)
            returning id, active_organization_id
        )
        select made.id as "id?", made.active_organization_id as "active_organization_id?",
            person.status as "status?", (select id from ended) as ended
        from (values (true)) once (said)
        left join (
            select id, active_organization_id from continued
            union all
            select id, active_organization_id from created
        ) made on true
        left join person on true"#,
        id.as_str(),
        digest.as_bytes(),
        presented.as_ref().map(Digest::as_bytes),
        new.user_id.as_str(),
        new.assurance.auth_time,
        &new.assurance.amr,
        new.assurance.acr,
        now,
        address,
        origin.user_agent,
        after(now, new.lifetimes.idle),
        after(now, new.lifetimes.absolute),
        EndReason::Replaced.name(),
    )
    .fetch_one(work.connection()?)
    .await?;
    let session = match row.id.zip(row.status) {
        Some((id, status)) => Some(made(new, id, row.active_organization_id, &status)?),
        None => None,
    };
    Ok(Started {
        session,
        ended: row.ended.map(SessionId::from_text),
    })
}

/// The session that a start made or continued.
fn made(
    new: &NewSession<'_>,
    id: String,
    active_organization_id: Option<String>,
    status: &str,
) -> Result<Session, DatabaseError> {
    Ok(Session {
        id: SessionId::from_text(id),
        user_id: new.user_id.clone(),
        assurance: new.assurance.clone(),
        active_organization_id: active_organization_id.map(OrganizationId::from_text),
        standing: standing(status)?,
    })
}

/// The live sessions of a group's handles. One whose row somebody else holds is slid another time.
pub(in crate::session) async fn find_live(
    connection: &mut PgConnection,
    digests: &[Digest],
    now: Timestamp,
    slides: Slides,
) -> Result<Vec<Placed<Option<LiveSession>>>, DatabaseError> {
    let presented: Vec<&[u8]> = digests.iter().map(Digest::as_bytes).collect();
    let rows = sqlx::query!(
        r#"with asked as materialized (
            select *
            from unnest($1::bytea[], $2::timestamptz[]) with ordinality as asked (digest, idle_until, place)
        ), found as materialized (
            select asked.place, asked.idle_until, l.id, l.user_id, l.auth_time, l.amr, l.acr, l.active_organization_id,
                   l.last_activity_at, u.status, u.name, u.email, u.user_name, u.locale
            from asked
            join auth.live_sessions l on l.token_digest = asked.digest
            join auth.users u on u.id = l.user_id
            where l.live_until > $3
            limit 64
        ), due as materialized (
            select s.id, found.idle_until
            from found
            join auth.sessions s on s.id = found.id
            where found.last_activity_at < $4
              and s.revoked_at is null
            order by s.id
            for no key update of s skip locked
        ), slid as (
            update auth.sessions s
            set last_activity_at = $3, idle_expires_at = due.idle_until
            from due
            where s.id = due.id
              and s.revoked_at is null
        )
        select place as "place!", id as "id!", user_id as "user_id!", auth_time as "auth_time!", amr as "amr!",
               acr as "acr!", active_organization_id, status as "status!", name as "name!", email as "email!", user_name,
               locale
        from found"#,
        &presented as &[&[u8]],
        &slides.idle_until,
        now,
        slides.if_before,
    )
    .fetch_all(connection)
    .await?;
    let found = rows.into_iter().map(|row| {
        let live = standing(&row.status).map(|standing| LiveSession {
            session: Session {
                id: SessionId::from_text(row.id),
                user_id: UserId::from_text(row.user_id),
                assurance: Assurance {
                    auth_time: row.auth_time,
                    amr: row.amr,
                    acr: row.acr,
                },
                active_organization_id: row.active_organization_id.map(OrganizationId::from_text),
                standing,
            },
            person: Person {
                name: row.name,
                email: row.email,
                user_name: row.user_name,
                locale: row.locale.as_deref().and_then(Locale::parse),
            },
        });
        (place(row.place), live)
    });
    Ok(each(digests.len(), found))
}

pub(in crate::session) async fn end(
    connection: &mut PgConnection,
    session: &SessionId,
    reason: EndReason,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let ended = sqlx::query!(
        "update auth.sessions
         set revoked_at = $2, revoked_reason = $3
         where id = $1
           and revoked_at is null",
        session.as_str(),
        now,
        reason.name(),
    )
    .execute(connection)
    .await?;
    Ok(ended.rows_affected() == 1)
}

pub(in crate::session) async fn end_all_of_user(
    connection: &mut PgConnection,
    user: &UserId,
    reason: EndReason,
    now: Timestamp,
) -> Result<Vec<SessionId>, DatabaseError> {
    let ended = sqlx::query_scalar!(
        "update auth.sessions
         set revoked_at = $2, revoked_reason = $3
         where user_id = $1
           and revoked_at is null
         returning id",
        user.as_str(),
        now,
        reason.name(),
    )
    .fetch_all(connection)
    .await?;
    Ok(ended.into_iter().map(SessionId::from_text).collect())
}

pub(in crate::session) async fn switch_organization(
    connection: &mut PgConnection,
    session: &SessionId,
    organization: Option<&OrganizationId>,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let switched = sqlx::query!(
        "update auth.sessions s
         set active_organization_id = $2
         from auth.live_sessions l
         where s.id = $1
           and l.id = s.id
           and l.live_until > $3
           and s.revoked_at is null
           and ($2::text is null or exists (
               select
               from auth.members m
               join auth.organizations o on o.id = m.organization_id
               where m.user_id = s.user_id
                 and m.organization_id = $2
                 and m.joined_at is not null
                 and o.deleted_at is null
                 and o.suspended_at is null
           ))",
        session.as_str(),
        organization.map(OrganizationId::as_str),
        now,
    )
    .execute(connection)
    .await?;
    Ok(switched.rows_affected() == 1)
}

/// How many live, counted up to `most`.
pub(in crate::session) async fn count_live(
    connection: &mut PgConnection,
    now: Timestamp,
    most: i64,
) -> Result<i64, DatabaseError> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select from auth.live_sessions where live_until > $1 limit $2) living"#,
        now,
        most,
    )
    .fetch_one(connection)
    .await?;
    Ok(count)
}

pub(in crate::session) async fn expire(
    connection: &mut PgConnection,
    dead_before: Timestamp,
    span: Span,
    limit: i64,
) -> Result<Walked, DatabaseError> {
    let row = sqlx::query!(
        r#"with gone as (
               delete from auth.sessions
               where ctid in (
                   select ctid
                   from auth.sessions
                   where ctid >= $2::text::tid
                     and ctid < $3::text::tid
                     and least(revoked_at, expires_at) < $1
                   limit $4
                   for update skip locked
               )
               returning 1
           )
           select count(*) as "deleted!",
               pg_relation_size('auth.sessions') / current_setting('block_size')::bigint as "pages!"
           from gone"#,
        dead_before,
        span.from(),
        span.to(),
        limit,
    )
    .fetch_one(connection)
    .await?;
    Ok(Walked {
        deleted: row.deleted.unsigned_abs(),
        pages: row.pages,
    })
}

fn standing(status: &str) -> Result<Standing, DatabaseError> {
    match status {
        "active" => Ok(Standing::Active),
        "waitlist" => Ok(Standing::Waitlist),
        _ => Err(DatabaseError::Inconsistent {
            table: "auth.live_sessions",
            problem: "its person's status lets nobody in",
        }),
    }
}
