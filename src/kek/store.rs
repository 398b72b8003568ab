//! Owns the statements on `auth.keks`.

use super::entry::{Entry, KekState};
use crate::base::clock::Timestamp;
use crate::db::{DatabaseError, PgConnection};
use crate::sealing::HeldKek;

/// Every key that there ever was, in the order of their adding.
pub(super) async fn all(connection: &mut PgConnection) -> Result<Vec<Entry>, DatabaseError> {
    let rows = sqlx::query!(
        "select id, fingerprint, source, state, added_at, activated_at, replaced_at, removed_at
         from auth.keks
         order by added_at, id"
    )
    .fetch_all(connection)
    .await?;
    let entries = rows.into_iter().map(|row| {
        Ok(Entry {
            state: KekState::parse(&row.state).ok_or(DatabaseError::Inconsistent {
                table: "auth.keks",
                problem: "its state is unknown",
            })?,
            id: row.id,
            fingerprint: row.fingerprint,
            source: row.source,
            added_at: row.added_at,
            activated_at: row.activated_at,
            replaced_at: row.replaced_at,
            removed_at: row.removed_at,
        })
    });
    entries.collect()
}

/// The one that seals.
pub(super) async fn active(connection: &mut PgConnection) -> Result<Option<String>, DatabaseError> {
    let id = sqlx::query_scalar!("select id from auth.keks where state = 'active'")
        .fetch_optional(connection)
        .await?;
    Ok(id)
}

/// How often each key has sealed, as far as that was written down.
pub(super) async fn seals(connection: &mut PgConnection) -> Result<Vec<(String, u64)>, DatabaseError> {
    let rows = sqlx::query!("select kek_id, seals from auth.kek_uses order by kek_id")
        .fetch_all(connection)
        .await?;
    let seals = rows.into_iter().map(|row| (row.kek_id, row.seals.unsigned_abs()));
    Ok(seals.collect())
}

/// Adds to that; says what it comes to.
pub(super) async fn add_seals(
    connection: &mut PgConnection,
    counted: &[(String, u64)],
) -> Result<Vec<(String, u64)>, DatabaseError> {
    let ids: Vec<&str> = counted.iter().map(|(id, _)| id.as_str()).collect();
    let times = counted
        .iter()
        .map(|(_, times)| i64::try_from(*times).unwrap_or(i64::MAX));
    let times: Vec<i64> = times.collect();
    let rows = sqlx::query!(
        "insert into auth.kek_uses as known (kek_id, seals)
         select added.kek_id, added.seals
         from unnest($1::text[], $2::bigint[]) as added (kek_id, seals)
         order by added.kek_id
         on conflict (kek_id) do update
         set seals = known.seals + excluded.seals
         returning kek_id, seals",
        &ids as &[&str],
        &times,
    )
    .fetch_all(connection)
    .await?;
    let seals = rows.into_iter().map(|row| (row.kek_id, row.seals.unsigned_abs()));
    Ok(seals.collect())
}

/// One change of these keys at a time, until the transaction ends.
pub(super) async fn lock(connection: &mut PgConnection) -> Result<(), DatabaseError> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('auth.keks'))")
        .execute(connection)
        .await?;
    Ok(())
}

/// Adds a key, or makes one that was removed known again.
pub(super) async fn add(
    connection: &mut PgConnection,
    kek: &HeldKek,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into auth.keks as known (id, fingerprint, source, state, added_at)
         values ($1, $2, $3, 'added', $4)
         on conflict (id) do update
         set state = 'added', source = excluded.source, removed_at = null
         where known.state = 'removed' and known.fingerprint = excluded.fingerprint",
        kek.id,
        kek.fingerprint,
        kek.source.name(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The one that seals no longer does; says which it was.
pub(super) async fn replace_active(
    connection: &mut PgConnection,
    now: Timestamp,
) -> Result<Option<String>, DatabaseError> {
    let id = sqlx::query_scalar!(
        "update auth.keks
         set state = 'replaced', replaced_at = $1
         where state = 'active'
         returning id",
        now,
    )
    .fetch_optional(connection)
    .await?;
    Ok(id)
}

/// A key that was added just now sealed before that.
pub(super) async fn mark_replaced(
    connection: &mut PgConnection,
    id: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.keks
         set state = 'replaced', replaced_at = $2
         where id = $1 and state = 'added'",
        id,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// It seals from now on. Says whether it may.
pub(super) async fn activate(
    connection: &mut PgConnection,
    id: &str,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let activated = sqlx::query!(
        "update auth.keks
         set state = 'active', activated_at = $2
         where id = $1 and state in ('added', 'replaced')",
        id,
        now,
    )
    .execute(connection)
    .await?;
    Ok(activated.rows_affected() == 1)
}

/// It seals nothing any more. Waits for what is being sealed by it. Says whether it was there.
pub(super) async fn remove(
    connection: &mut PgConnection,
    id: &str,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let removed = sqlx::query!(
        "update auth.keks
         set state = 'removed', removed_at = $2
         where id = $1 and state in ('added', 'replaced')",
        id,
        now,
    )
    .execute(connection)
    .await?;
    Ok(removed.rows_affected() == 1)
}
