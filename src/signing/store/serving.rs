//! Owns the statements on what replicas served: how long their key sets may be kept, and which keys were not in them.

use crate::base::clock::Timestamp;
use crate::db::{DatabaseError, PgConnection};

/// What a replica serves at one moment.
pub(in crate::signing) struct Serving<'a> {
    /// How long its key set may be kept.
    pub(in crate::signing) cache_seconds: i32,
    /// The keys in it.
    pub(in crate::signing) published: &'a [String],
    /// The algorithms that it offers.
    pub(in crate::signing) offered: &'a [&'a str],
    /// Until when it may go on serving it without saying so again.
    pub(in crate::signing) until: Timestamp,
    /// A key that was published later may not have arrived.
    pub(in crate::signing) arrived_before: Timestamp,
}

/// Notes what a replica serves. An active key that it cannot open is no absence: the others sign with it.
pub(in crate::signing) async fn note_serving(
    connection: &mut PgConnection,
    serving: &Serving<'_>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "with served as (
            insert into auth.jwks_caching as known (cache_seconds, served_until)
            values ($1, $2)
            on conflict (cache_seconds) do update
            set served_until = greatest(known.served_until, excluded.served_until)
        ), forgotten as (
            delete from auth.jwks_caching
            where cache_seconds <> $1
                and served_until + make_interval(secs => cache_seconds) < $3
        ), ended as (
            delete from auth.key_absences a
            using auth.jwks k
            where k.id = a.kid
                and k.status not in ('next', 'active')
        )
        insert into auth.key_absences as known (kid, absent_until)
        select id, $2
        from auth.jwks
        where use = 'sig'
            and coalesce(published_at, created_at) <= $4
            and not (id = any($5))
            and (status = 'next' or (status = 'active' and not (alg = any($6))))
        order by id
        on conflict (kid) do update
        set absent_until = greatest(known.absent_until, excluded.absent_until)",
        serving.cache_seconds,
        serving.until,
        now,
        serving.arrived_before,
        serving.published,
        serving.offered as &[&str],
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// How many seconds from now a key set may be kept that somebody has, whichever replica served it, and with whichever
/// setting; 0 if nobody has noted one.
pub(in crate::signing) async fn kept_for(
    connection: &mut PgConnection,
    now: Timestamp,
) -> Result<i32, DatabaseError> {
    let seconds = sqlx::query_scalar!(
        r#"select coalesce(max(
            cache_seconds + least(ceil(extract(epoch from served_until - $1)), 0)), 0)::integer as "seconds!"
        from auth.jwks_caching"#,
        now,
    )
    .fetch_one(connection)
    .await?;
    Ok(seconds.max(0))
}
