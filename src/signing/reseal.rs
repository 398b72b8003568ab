//! Owns how the stored keys are sealed by another key-encryption key. What is in the envelope stays sealed for its place,
//! and is not read.

use super::sealed_keys::{key_context, secret_context, secret_row};
use super::store::{self, SealedRow};
use crate::db::{DatabaseError, PgConnection, UnitOfWork};
use crate::sealing::{self, Batch, Keyring, Resealed, Row, Sealed};

/// How many rows of `auth.jwks` each key-encryption key is needed for.
pub async fn count_keys(connection: &mut PgConnection) -> Result<Vec<(String, i64)>, DatabaseError> {
    store::count_keys(connection).await
}

/// How many rows of `auth.server_secrets` each key-encryption key is needed for.
pub async fn count_secrets(connection: &mut PgConnection) -> Result<Vec<(String, i64)>, DatabaseError> {
    store::count_secrets(connection).await
}

/// Seals the next signing keys anew. Needs a transaction.
pub async fn keys(work: &mut UnitOfWork, keyring: &Keyring, batch: Batch) -> Result<Resealed, DatabaseError> {
    let active = keyring.active_id();
    let rows = store::keys_sealed_by_others(work.connection()?, &active, &batch).await?;
    let found = rows.iter().map(|row| Row {
        name: &row.name,
        kek_id: &row.kek_id,
        sealed: &row.sealed,
        context: key_context(&row.name),
        spent: row.spent,
    });
    let (sealed, unopened) = sealing::reseal(keyring, found, work.entropy());
    let sealed = beside(&rows, sealed);
    if !sealed.is_empty() {
        store::replace_keys(work.connection()?, &sealed).await?;
    }
    Ok(Resealed {
        sealed: sealed.len() as u64,
        unopened,
        last: last(&rows, &batch).map(|row| row.name.clone()),
    })
}

/// Seals the next server secrets anew, also those of purposes that this version does not know. Needs a transaction.
pub async fn secrets(
    work: &mut UnitOfWork,
    keyring: &Keyring,
    batch: Batch,
) -> Result<Resealed, DatabaseError> {
    let active = keyring.active_id();
    let after = batch.after.as_deref().and_then(|name| name.rsplit_once('.'));
    let after = after.and_then(|(purpose, number)| Some((purpose, number.parse().ok()?)));
    let after = after.unwrap_or(("", 0));
    let connection = work.connection()?;
    let rows = store::secrets_sealed_by_others(connection, &active, after, batch.limit).await?;
    let names: Vec<String> = rows.iter().map(|row| secret_row(&row.name, row.number)).collect();
    let found = rows.iter().zip(&names).map(|(row, name)| Row {
        name,
        kek_id: &row.kek_id,
        sealed: &row.sealed,
        context: secret_context(name),
        spent: row.spent,
    });
    let (sealed, unopened) = sealing::reseal(keyring, found, work.entropy());
    let sealed = beside(&rows, sealed);
    if !sealed.is_empty() {
        store::replace_secrets(work.connection()?, &sealed).await?;
    }
    Ok(Resealed {
        sealed: sealed.len() as u64,
        unopened,
        last: last(&rows, &batch).map(|row| secret_row(&row.name, row.number)),
    })
}

/// Each new envelope beside its row.
fn beside(rows: &[SealedRow], sealed: Vec<(usize, Sealed)>) -> Vec<(&SealedRow, Sealed)> {
    let found = sealed.into_iter();
    found
        .filter_map(|(place, sealed)| Some((rows.get(place)?, sealed)))
        .collect()
}

/// The last row of a full batch; a smaller one was the end.
fn last<'a>(rows: &'a [SealedRow], batch: &Batch) -> Option<&'a SealedRow> {
    let full = i64::try_from(rows.len()).is_ok_and(|found| found >= batch.limit);
    rows.last().filter(|_| full)
}
