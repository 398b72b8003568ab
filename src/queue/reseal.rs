//! Owns how what jobs carry is sealed by another key-encryption key. It is not read.

use super::sealed_payload::context;
use super::store::reseal as store;
use crate::db::{DatabaseError, PgConnection, UnitOfWork};
use crate::sealing::{self, Batch, Keyring, Resealed, Row};

/// How many jobs each key-encryption key is needed for. One that was given up can be lost.
pub async fn count(connection: &mut PgConnection) -> Result<Vec<(String, i64)>, DatabaseError> {
    store::count(connection).await
}

/// Seals what the next jobs carry anew. Needs a transaction.
pub async fn jobs(work: &mut UnitOfWork, keyring: &Keyring, batch: Batch) -> Result<Resealed, DatabaseError> {
    let active = keyring.active_id();
    let rows = store::sealed_by_others(work.connection()?, &active, &batch).await?;
    let found = rows.iter().map(|row| Row {
        name: &row.id,
        kek_id: &row.kek_id,
        sealed: &row.sealed,
        context: context(&row.id),
        spent: row.dead,
    });
    let (sealed, unopened) = sealing::reseal(keyring, found, work.entropy());
    let sealed: Vec<_> = sealed
        .into_iter()
        .filter_map(|(place, sealed)| Some((rows.get(place)?, sealed)))
        .collect();
    if !sealed.is_empty() {
        store::replace(work.connection()?, &sealed).await?;
    }
    let full = i64::try_from(rows.len()).is_ok_and(|found| found >= batch.limit);
    Ok(Resealed {
        sealed: sealed.len() as u64,
        unopened,
        last: rows.last().filter(|_| full).map(|row| row.id.clone()),
    })
}
