//! Owns the cache behind the registries: bounded, one load per key at a time, absent things never kept. It does not
//! know what it holds.

use std::sync::{Arc, PoisonError, RwLock};

use crate::db::DatabaseError;
use crate::db::changes::Freshness;

/// The most entries; a client is about a kilobyte.
const CAPACITY: u64 = 10_000;

type Entries<V> = moka::future::Cache<String, Arc<V>>;

/// A cache that loads what it lacks.
pub(super) struct Cache<V> {
    // Replaced whole by `invalidate`: a load that began before it ends in entries that nobody reads any more.
    entries: Arc<RwLock<Entries<V>>>,
    freshness: Arc<Freshness>,
}

impl<V> Clone for Cache<V> {
    fn clone(&self) -> Self {
        Self {
            entries: Arc::clone(&self.entries),
            freshness: Arc::clone(&self.freshness),
        }
    }
}

enum LoadError {
    Absent,
    Database(DatabaseError),
}

impl<V: Send + Sync + 'static> Cache<V> {
    pub(super) fn new(freshness: Arc<Freshness>) -> Self {
        Self {
            entries: Arc::new(RwLock::new(Entries::new(CAPACITY))),
            freshness,
        }
    }

    /// Forgets everything, also what is being loaded at this moment.
    pub(super) fn invalidate(&self) {
        *self.entries.write().unwrap_or_else(PoisonError::into_inner) = Entries::new(CAPACITY);
    }

    /// The entry, loaded if it is not here. While changes cannot be seen nothing is served from memory.
    pub(super) async fn get(
        &self,
        key: &str,
        load: impl Future<Output = Result<Option<V>, DatabaseError>>,
    ) -> Result<Option<Arc<V>>, DatabaseError> {
        if !self.freshness.is_fresh() {
            return Ok(load.await?.map(Arc::new));
        }
        let entries = self
            .entries
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let loaded = entries
            .try_get_with_by_ref(key, async {
                match load.await {
                    Ok(Some(value)) => Ok(Arc::new(value)),
                    Ok(None) => Err(LoadError::Absent),
                    Err(error) => Err(LoadError::Database(error)),
                }
            })
            .await;
        match loaded {
            Ok(value) => Ok(Some(value)),
            Err(error) => match Arc::try_unwrap(error) {
                Ok(LoadError::Absent) => Ok(None),
                Ok(LoadError::Database(error)) => Err(error),
                Err(shared) => shared_error(&shared),
            },
        }
    }
}

/// The answer of a load that several waited for: the error itself cannot be had twice, its kind and text can.
fn shared_error<V>(error: &LoadError) -> Result<Option<Arc<V>>, DatabaseError> {
    match error {
        LoadError::Absent => Ok(None),
        LoadError::Database(DatabaseError::Unavailable(source)) => Err(DatabaseError::Unavailable(
            sqlx::Error::Protocol(source.to_string()),
        )),
        LoadError::Database(error) => Err(DatabaseError::Failed(sqlx::Error::Protocol(error.to_string()))),
    }
}
