//! Owns the counting of what each key did in this process since that was last written down. Counting is one addition in
//! memory; there is one counter for each key that this process has held.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::id::KeyId;
use crate::db::{DatabaseError, UnitOfWork};
use crate::signing::signing_keys::SigningKeys;
use crate::signing::store::{self, UseRow};

/// What a key did.
#[derive(Debug, Default)]
pub(in crate::signing) struct KeyUse {
    signatures: AtomicU64,
    verifications: AtomicU64,
}

impl KeyUse {
    /// It signed.
    pub(in crate::signing) fn signed(&self) {
        self.signatures.fetch_add(1, Ordering::Relaxed);
    }

    /// Something that it signed was found right.
    pub(in crate::signing) fn verified(&self) {
        self.verifications.fetch_add(1, Ordering::Relaxed);
    }
}

/// What every key did.
#[derive(Debug, Default)]
pub(in crate::signing) struct Uses(Mutex<HashMap<KeyId, Arc<KeyUse>>>);

impl Uses {
    /// The counter of a key, the same for as long as the process lives.
    pub(in crate::signing) fn of(&self, key_id: &KeyId) -> Arc<KeyUse> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(key_id.clone()).or_default())
    }

    /// Takes what was counted.
    fn take(&self) -> Vec<UseRow> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count =
            |counter: &AtomicU64| i64::try_from(counter.swap(0, Ordering::Relaxed)).unwrap_or(i64::MAX);
        let rows = known.iter().map(|(key_id, counted)| UseRow {
            kid: key_id.as_str().to_owned(),
            signatures: count(&counted.signatures),
            verifications: count(&counted.verifications),
        });
        rows.filter(|row| row.signatures > 0 || row.verifications > 0)
            .collect()
    }

    /// Counts once more what could not be written down.
    fn give_back(&self, rows: &[UseRow]) {
        for row in rows {
            let counted = self.of(&KeyId::from_text(row.kid.as_str()));
            let add = |counter: &AtomicU64, count: i64| {
                counter.fetch_add(count.unsigned_abs(), Ordering::Relaxed);
            };
            add(&counted.signatures, row.signatures);
            add(&counted.verifications, row.verifications);
        }
    }
}

/// What was written down of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// Its `kid`.
    pub key_id: String,
    /// How often it signed.
    pub signatures: u64,
    /// How often something that it signed was found right here.
    pub verifications: u64,
}

/// Writes down what the keys did in this process since that was done last, and says it. One statement; none if they did
/// nothing. If it fails, it is counted on.
pub async fn write_down_uses(work: &mut UnitOfWork, keys: &SigningKeys) -> Result<Vec<Used>, DatabaseError> {
    let counted = keys.uses();
    let rows = counted.take();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let written = async { store::add_uses(work.connection()?, &rows).await };
    if let Err(error) = written.await {
        counted.give_back(&rows);
        return Err(error);
    }
    let used = rows.into_iter().map(|row| Used {
        key_id: row.kid,
        signatures: row.signatures.unsigned_abs(),
        verifications: row.verifications.unsigned_abs(),
    });
    Ok(used.collect())
}
