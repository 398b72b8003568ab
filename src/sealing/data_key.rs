//! Owns the data keys of Transit engines: how they are made, stored wrapped, unwrapped into memory, held for a while, and
//! wrapped anew. No question to Transit is asked while a connection is held.

use std::time::Instant;

use metrics::gauge;

use super::kek;
use super::keyring::{HeldDataKey, Keyring};
use super::store;
use super::transit::TransitError;
use crate::base::id::DataKeyId;
use crate::db::{DatabaseError, PgConnection, UnitOfWork};

/// How many data keys of this configuration's are not held.
const MISSING: &str = "signet_data_keys_missing";

/// A row of `auth.data_keys`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// Its id, which envelopes name.
    pub id: DataKeyId,
    /// The key-encryption key that wraps it.
    pub kek_id: String,
    /// As Transit gave it.
    pub wrapped: String,
}

/// A data key that is yet to be stored.
pub struct NewDataKey {
    row: WrappedKey,
    fingerprint: String,
}

impl NewDataKey {
    /// What tells the key-encryption key from others from now on.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

/// What came of unwrapping.
#[derive(Debug, Default)]
pub struct Provided {
    /// Whether other data keys are held than before: what they sealed is worth another try.
    pub changed: bool,
    /// What went wrong, by key-encryption key.
    pub problems: Vec<(String, String)>,
}

/// Every data key as it is stored. One statement.
pub async fn wrapped_keys(connection: &mut PgConnection) -> Result<Vec<WrappedKey>, DatabaseError> {
    store::all(connection).await
}

/// Unwraps what is not held yet, or has been held for half of the time that it may be; forgets what was held for all of
/// it. While Transit does not answer, what is held stays for the rest of its time.
pub async fn provide(keyring: &Keyring, wrapped: &[WrappedKey], now: Instant) -> Provided {
    let Some(transit) = keyring.transit() else {
        return Provided::default();
    };
    let held = keyring.unwrapped();
    let half = transit.hold() / 2;
    let ours = wrapped.iter().filter(|row| keyring.source(&row.kek_id).is_some());
    let mut provided = Provided::default();
    let mut out = None;
    for row in ours.clone() {
        if held.get(&row.id).is_some_and(|since| now < *since + half) {
            continue;
        }
        // What is out is not asked for every key.
        let unwrapped = match &out {
            Some(reason) => Err(String::clone(reason)),
            None => transit.unwrap(&row.kek_id, &row.wrapped).await.map_err(|error| {
                let told = error.to_string();
                if error.is_outage() {
                    out = Some(told.clone());
                }
                told
            }),
        };
        match unwrapped {
            Ok(key) => {
                provided.changed |= !held.contains_key(&row.id);
                keyring.hold(HeldDataKey {
                    id: row.id.clone(),
                    kek_id: row.kek_id.clone(),
                    key,
                    unwrapped: now,
                });
            }
            Err(problem) => {
                keyring.note(&row.kek_id, problem.clone());
                provided.problems.push((row.kek_id.clone(), problem));
            }
        }
    }
    let over = now.checked_sub(transit.hold());
    let forgotten = over.map_or_else(Vec::new, |over| keyring.forget_before(over));
    provided.changed |= !forgotten.is_empty();
    let held = keyring.unwrapped();
    let missing = ours.filter(|row| !held.contains_key(&row.id)).count();
    gauge!(MISSING).set(f64::from(u32::try_from(missing).unwrap_or(u32::MAX)));
    provided
}

/// Has Transit make a data key for a key-encryption key.
pub async fn make(keyring: &Keyring, kek_id: &str, id: DataKeyId) -> Result<NewDataKey, TransitError> {
    let unconfigured = || TransitError::Unconfigured {
        id: kek_id.to_owned(),
    };
    let made = keyring.transit().ok_or_else(unconfigured)?.make(kek_id).await?;
    Ok(NewDataKey {
        fingerprint: kek::fingerprint(&made.key),
        row: WrappedKey {
            id,
            kek_id: kek_id.to_owned(),
            wrapped: made.wrapped,
        },
    })
}

/// Stores a new data key; its key-encryption key stands there already.
pub async fn insert(work: &mut UnitOfWork, new: &NewDataKey) -> Result<(), DatabaseError> {
    let now = work.now();
    store::insert(work.connection()?, &new.row, now).await
}

/// Has Transit wrap a data key by the newest version of its key; none if it is already, or another engine's.
pub async fn wrap_anew(keyring: &Keyring, row: &WrappedKey) -> Result<Option<WrappedKey>, TransitError> {
    let Some(transit) = keyring
        .transit()
        .filter(|_| keyring.source(&row.kek_id).is_some())
    else {
        return Ok(None);
    };
    let version = |wrapped: &str| wrapped.rsplit_once(':').map(|(version, _)| version.to_owned());
    let wrapped = transit.wrap_anew(&row.kek_id, &row.wrapped).await?;
    // The text differs each time; what counts is the version before it.
    if version(&wrapped) == version(&row.wrapped) {
        return Ok(None);
    }
    Ok(Some(WrappedKey {
        wrapped,
        ..row.clone()
    }))
}

/// Stores a data key as it is wrapped anew, unless somebody else did meanwhile.
pub async fn replace(
    work: &mut UnitOfWork,
    old: &WrappedKey,
    new: &WrappedKey,
) -> Result<bool, DatabaseError> {
    store::replace(work.connection()?, old, new).await
}
