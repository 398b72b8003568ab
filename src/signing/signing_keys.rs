//! Owns the place where this process keeps its current [`KeySet`]. Reading it is a lock held for a pointer's copy;
//! replacing it is one statement. It does not know who says that keys have changed.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

use super::custody;
use super::error::SigningError;
use super::key_set::{KeySet, KeyStatus};
use super::server_key::{Purpose, ServerKeys};
use super::store::{self, Stored};
use crate::db::{DatabaseError, PgConnection};
use crate::protocol::algorithm::Algorithm;
use crate::sealing::Keyring;

/// Our keys as this process knows them.
#[derive(Debug, Clone)]
pub struct SigningKeys {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    current: RwLock<Arc<KeySet>>,
    reloading: Mutex<()>,
}

impl SigningKeys {
    /// Reads the keys for the first time.
    pub async fn load(connection: &mut PgConnection, keyring: &Keyring) -> Result<Self, SigningError> {
        let set = read(connection, keyring).await?;
        Ok(Self {
            shared: Arc::new(Shared {
                current: RwLock::new(Arc::new(set)),
                reloading: Mutex::new(()),
            }),
        })
    }

    /// The keys of this moment. A request takes them once, so that all it signs and checks agrees.
    #[must_use]
    pub fn current(&self) -> Arc<KeySet> {
        let current = self.shared.current.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&current)
    }

    /// Reads the keys again, whenever the version of the cache `keys` has moved. On an error the old ones stay.
    pub async fn reload(&self, connection: &mut PgConnection, keyring: &Keyring) -> Result<(), SigningError> {
        // One at a time from question to answer: else an older answer could replace a newer one, and bring a
        // revoked key back.
        let _reloading = self.shared.reloading.lock().await;
        let set = Arc::new(read(connection, keyring).await?);
        *self
            .shared
            .current
            .write()
            .unwrap_or_else(PoisonError::into_inner) = set;
        Ok(())
    }
}

async fn read(connection: &mut PgConnection, keyring: &Keyring) -> Result<KeySet, SigningError> {
    let algorithms = Algorithm::ALL.map(Algorithm::name);
    let purposes = Purpose::ALL.map(Purpose::name);
    let stored = store::load(connection, &algorithms, &purposes).await?;
    open(&stored, keyring)
}

fn open(stored: &Stored, keyring: &Keyring) -> Result<KeySet, SigningError> {
    let mut keys = Vec::with_capacity(stored.keys.len());
    for row in &stored.keys {
        let status = KeyStatus::parse(&row.status).ok_or(DatabaseError::Inconsistent {
            table: "auth.jwks",
            problem: "its status is unknown",
        })?;
        keys.push((status, custody::open_key(keyring, row)?));
    }
    let mut secrets = Vec::with_capacity(stored.secrets.len());
    for row in &stored.secrets {
        let purpose = Purpose::parse(&row.purpose).ok_or(DatabaseError::Inconsistent {
            table: "auth.server_secrets",
            problem: "its purpose is unknown",
        })?;
        secrets.push((purpose, row.number, custody::open_secret(keyring, row)?));
    }
    KeySet::new(keys, ServerKeys::new(secrets))
}
