//! Owns the place where this process keeps its current [`KeySet`]. Reading it is a lock held for a pointer's copy;
//! replacing it is one statement. It does not know who says that keys have changed.

use std::collections::HashSet;
use std::sync::Arc;

use super::error::SigningError;
use super::key_set::{KeySet, KeyStatus, UnopenedRow};
use super::sealed_keys;
use super::server_key::{Purpose, ServerKeys};
use super::store::{self, Stored, StoredKey};
use crate::base::current::Current;
use crate::db::{DatabaseError, PgConnection};
use crate::jose::PrivateJwk;
use crate::protocol::algorithm::Algorithm;
use crate::sealing::Keyring;

/// Our keys as this process knows them.
#[derive(Debug, Clone)]
pub struct SigningKeys {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    offered: Vec<Algorithm>,
    current: Current<KeySet>,
}

impl SigningKeys {
    /// Reads the keys for the first time. Those of other algorithms sign nothing and are not published, now or later.
    pub async fn load(
        connection: &mut PgConnection,
        keyring: &Keyring,
        offered: &[Algorithm],
    ) -> Result<Self, SigningError> {
        let set = read(connection, keyring, offered).await?;
        Ok(Self {
            shared: Arc::new(Shared {
                offered: offered.to_vec(),
                current: Current::new(Arc::new(set)),
            }),
        })
    }

    /// Refuses keys of which not one signs although there are some: whoever starts like this has the wrong
    /// key-encryption keys. One row among others that does not open stops nobody.
    pub fn require_signer(&self) -> Result<(), SigningError> {
        let current = self.current();
        match current.unopened().first() {
            Some(first) if current.algorithms().is_empty() => Err(SigningError::NothingOpens {
                first: first.reason.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// The keys of this moment. A request takes them once, so that all it signs and checks agrees.
    #[must_use]
    pub fn current(&self) -> Arc<KeySet> {
        self.shared.current.get()
    }

    /// Reads the keys again, whenever the version of the cache `keys` has moved. If the database fails the old ones
    /// stay, and whoever asked tries again; a row that does not open keeps no other from being taken over.
    pub async fn reload(&self, connection: &mut PgConnection, keyring: &Keyring) -> Result<(), SigningError> {
        let Shared { current, offered } = &*self.shared;
        current.reload(read(connection, keyring, offered)).await?;
        Ok(())
    }
}

async fn read(
    connection: &mut PgConnection,
    keyring: &Keyring,
    offered: &[Algorithm],
) -> Result<KeySet, SigningError> {
    let algorithms = Algorithm::ALL.map(Algorithm::name);
    let purposes = Purpose::ALL.map(Purpose::name);
    let stored = store::load(connection, &algorithms, &purposes).await?;
    open(&stored, keyring, offered)
}

/// Opens row by row: a revocation must count whatever else cannot be opened.
fn open(stored: &Stored, keyring: &Keyring, offered: &[Algorithm]) -> Result<KeySet, SigningError> {
    let mut unopened = Vec::new();
    let mut keys = Vec::with_capacity(stored.keys.len());
    for row in &stored.keys {
        match open_key(row, keyring) {
            Ok(key) => keys.push(key),
            Err(error) => unopened.push(UnopenedRow::new(row.key_id.as_str().to_owned(), &error)),
        }
    }
    let mut secrets = Vec::with_capacity(stored.secrets.len());
    let mut unopened_secrets = HashSet::new();
    for row in &stored.secrets {
        // The statement asks for the purposes that this version knows.
        let Some(purpose) = Purpose::parse(&row.purpose) else {
            continue;
        };
        match sealed_keys::open_secret(keyring, row) {
            Ok(secret) => secrets.push((purpose, row.number, secret)),
            Err(error) => {
                let name = format!("{}.{}", row.purpose, row.number);
                unopened.push(UnopenedRow::new(name, &error));
                unopened_secrets.insert((purpose, row.number));
            }
        }
    }
    let server_keys = ServerKeys::new(secrets).beside(unopened_secrets);
    KeySet::new(keys, server_keys, unopened, offered)
}

fn open_key(row: &StoredKey, keyring: &Keyring) -> Result<(KeyStatus, PrivateJwk), SigningError> {
    let status = KeyStatus::parse(&row.status).ok_or(DatabaseError::Inconsistent {
        table: "auth.jwks",
        problem: "its status is unknown",
    })?;
    Ok((status, sealed_keys::open_key(keyring, row)?))
}
