//! Owns the statements on `auth.jwks_verifiers`.

use crate::base::clock::Timestamp;
use crate::db::{DatabaseError, PgConnection};

/// A row of `auth.jwks_verifiers`.
pub(in crate::signing) struct VerifierRow {
    pub(in crate::signing) name: String,
    pub(in crate::signing) named: bool,
    pub(in crate::signing) last_fetched_at: Timestamp,
    pub(in crate::signing) fetches: i64,
    pub(in crate::signing) intervals: Vec<i64>,
}

/// Everybody who fetched the key set, whoever has not for the longest time first. If there are too many, the freshest
/// are kept.
pub(in crate::signing) async fn verifiers(
    connection: &mut PgConnection,
) -> Result<Vec<VerifierRow>, DatabaseError> {
    let mut rows = sqlx::query_as!(
        VerifierRow,
        "select name, named, last_fetched_at, fetches, intervals
        from auth.jwks_verifiers
        order by last_fetched_at desc, name desc
        limit 5000"
    )
    .fetch_all(connection)
    .await?;
    rows.reverse();
    Ok(rows)
}

/// Waits until no other replica writes a batch: how many there are is to be true when more are added.
pub(in crate::signing) async fn lock_verifiers(connection: &mut PgConnection) -> Result<(), DatabaseError> {
    sqlx::query!(
        r#"select 1 as "one" from pg_advisory_xact_lock(hashtextextended('auth.jwks_verifiers', 0))"#
    )
    .fetch_one(connection)
    .await?;
    Ok(())
}

/// What is known before a batch is written: when some came last, and how many there are.
pub(in crate::signing) struct Known {
    pub(in crate::signing) last: Vec<(String, Timestamp)>,
    pub(in crate::signing) all: i64,
}

/// What a batch adds to a verifier.
pub(in crate::signing) struct FetchRow {
    pub(in crate::signing) name: String,
    pub(in crate::signing) named: bool,
    pub(in crate::signing) first: Timestamp,
    pub(in crate::signing) last: Timestamp,
    pub(in crate::signing) fetches: i64,
    pub(in crate::signing) intervals: Vec<i64>,
}

/// When these came last, and how many there are of all.
pub(in crate::signing) async fn last_fetches(
    connection: &mut PgConnection,
    names: &[&str],
) -> Result<Known, DatabaseError> {
    let rows = sqlx::query!(
        r#"select (select count(*) from auth.jwks_verifiers) as "all!", name as "name?",
            last_fetched_at as "last_fetched_at?"
        from (values (0)) as once (row)
        left join auth.jwks_verifiers on name = any($1)"#,
        names as &[&str],
    )
    .fetch_all(connection)
    .await?;
    Ok(Known {
        all: rows.first().map_or(0, |row| row.all),
        last: rows
            .into_iter()
            .filter_map(|row| Some((row.name?, row.last_fetched_at?)))
            .collect(),
    })
}

/// Adds a batch.
pub(in crate::signing) async fn note_fetches(
    connection: &mut PgConnection,
    rows: &[FetchRow],
) -> Result<(), DatabaseError> {
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    let own: Vec<bool> = rows.iter().map(|row| row.named).collect();
    let first: Vec<Timestamp> = rows.iter().map(|row| row.first).collect();
    let last: Vec<Timestamp> = rows.iter().map(|row| row.last).collect();
    let fetches: Vec<i64> = rows.iter().map(|row| row.fetches).collect();
    // PostgreSQL has no list of lists of different origin: each row's is a text.
    let as_text = |counts: &[i64]| {
        let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
        format!("{{{}}}", counts.join(","))
    };
    let intervals: Vec<String> = rows.iter().map(|row| as_text(&row.intervals)).collect();
    sqlx::query!(
        "insert into auth.jwks_verifiers as known
            (name, named, first_fetched_at, last_fetched_at, fetches, intervals)
        select name, named, first_fetched_at, last_fetched_at, fetches, intervals::bigint[]
        from unnest($1::text[], $2::boolean[], $3::timestamptz[], $4::timestamptz[], $5::bigint[], $6::text[])
            as seen (name, named, first_fetched_at, last_fetched_at, fetches, intervals)
        on conflict (name) do update
        set last_fetched_at = greatest(known.last_fetched_at, excluded.last_fetched_at),
            fetches = known.fetches + excluded.fetches,
            intervals = array(
                select coalesce(kept, 0) + coalesce(added, 0)
                from unnest(known.intervals, excluded.intervals) with ordinality as both_of (kept, added, place)
                order by place)",
        &names as &[&str],
        &own,
        &first,
        &last,
        &fetches,
        &intervals,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Deletes whoever has not come since.
pub(in crate::signing) async fn expire_verifiers(
    connection: &mut PgConnection,
    before: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let deleted = sqlx::query!(
        "delete from auth.jwks_verifiers
        where name in (
            select name from auth.jwks_verifiers where last_fetched_at < $1 limit $2 for update skip locked
        )",
        before,
        limit,
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}
