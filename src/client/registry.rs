//! Owns the cached look-up of clients and resources. A miss is one statement on a connection of its own, so look up
//! before a transaction begins. Absent ones are never cached: a new client works at once.

use std::sync::Arc;

use super::cache::Cache;
use super::registered::Client;
use super::resource::Resource;
use super::store;
use crate::db::DatabaseError;
use crate::db::changes::Freshness;
use crate::db::pool::Pool;

/// The registered clients.
#[derive(Clone)]
pub struct Registry {
    pool: Pool,
    cache: Cache<Client>,
}

impl Registry {
    /// An empty cache over the database.
    #[must_use]
    pub fn new(pool: Pool, freshness: Arc<Freshness>) -> Self {
        Self {
            pool,
            cache: Cache::new(freshness),
        }
    }

    /// The client of an id. A disabled one is returned as such: what to answer is its caller's decision.
    pub async fn find(&self, id: &str) -> Result<Option<Arc<Client>>, DatabaseError> {
        if !could_be_key(id, 255) {
            return Ok(None);
        }
        let load = async {
            let mut connection = self.pool.acquire_repeatable().await?;
            let found = store::find_client(&mut connection, id).await?;
            connection.keep();
            Ok(found)
        };
        self.cache.get(id, load).await
    }

    /// Forgets every client; called when the version of `clients` moved.
    pub fn invalidate(&self) {
        self.cache.invalidate();
    }
}

/// The registered resources.
#[derive(Clone)]
pub struct Resources {
    pool: Pool,
    cache: Cache<Resource>,
}

impl Resources {
    /// An empty cache over the database.
    #[must_use]
    pub fn new(pool: Pool, freshness: Arc<Freshness>) -> Self {
        Self {
            pool,
            cache: Cache::new(freshness),
        }
    }

    /// The resource of an identifier, compared byte for byte.
    pub async fn find(&self, identifier: &str) -> Result<Option<Arc<Resource>>, DatabaseError> {
        if !could_be_key(identifier, 2048) {
            return Ok(None);
        }
        let load = async {
            let mut connection = self.pool.acquire_repeatable().await?;
            let found = store::find_resource(&mut connection, identifier).await?;
            connection.keep();
            Ok(found)
        };
        self.cache.get(identifier, load).await
    }

    /// Forgets every resource; called when the version of `resources` moved.
    pub fn invalidate(&self) {
        self.cache.invalidate();
    }
}

/// What can be no key needs no database: it would be refused there (NUL), or be large for nothing.
fn could_be_key(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|byte| (0x20..=0x7e).contains(&byte))
}
