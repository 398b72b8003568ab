//! Owns the place where this process keeps its current [`KeySet`]. Reading it is a lock held for a pointer's copy;
//! replacing it is one statement. It does not know who says that keys have changed.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::error::SigningError;
use super::key_set::{KeySet, KeyStatus, UnopenedRow};
use super::material::Material;
use super::rotation::{Spares, Uses};
use super::sealed_keys;
use super::server_key::{Purpose, ServerKeys};
use super::store::{self, Stored, StoredKey};
use crate::base::clock::Timestamp;
use crate::base::current::Current;
use crate::base::id::{KeyId, ReplicaId};
use crate::config::SigningSettings;
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
    offered: SigningSettings,
    current: Current<KeySet>,
    signing: Option<Signing>,
    uses: Uses,
    spares: Spares,
    /// Active keys that are not signed with yet: they were not in every set for a while.
    returning: Mutex<HashSet<KeyId>>,
}

/// Who is to sign with the keys.
pub struct Replica<'a> {
    /// It.
    pub id: &'a ReplicaId,
    /// Keys that it does not sign with yet, although they are active.
    pub returning: Vec<KeyId>,
    /// The time.
    pub now: Timestamp,
}

/// Who signs with the keys, and which of them it has said so of.
#[derive(Debug)]
struct Signing {
    replica: ReplicaId,
    noted: Mutex<HashSet<KeyId>>,
}

impl Signing {
    /// Commits that this replica signs with these keys from now on, before it does. What could not be noted is given
    /// back with the reason: it must not sign.
    async fn note(
        &self,
        connection: &mut PgConnection,
        active: Vec<KeyId>,
        now: Timestamp,
    ) -> Result<(), (Vec<KeyId>, DatabaseError)> {
        let known = self.noted.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let new: Vec<KeyId> = active.into_iter().filter(|key| !known.contains(key)).collect();
        if new.is_empty() {
            return Ok(());
        }
        if let Err(error) = store::sign_first(connection, &new, &self.replica, now).await {
            return Err((new, error));
        }
        self.noted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(new);
        Ok(())
    }
}

impl SigningKeys {
    /// Reads the keys for the first time, for who looks at them and signs nothing. Those of other algorithms sign
    /// nothing and are not published, now or later.
    pub async fn load(
        connection: &mut PgConnection,
        keyring: &Keyring,
        offered: &SigningSettings,
    ) -> Result<Self, SigningError> {
        let opened = read(connection, keyring).await?;
        Self::holding(opened, offered, None, HashSet::new())
    }

    /// The same for a replica, which notes that it signs with them before it does.
    pub async fn load_to_sign(
        connection: &mut PgConnection,
        keyring: &Keyring,
        offered: &SigningSettings,
        replica: Replica<'_>,
    ) -> Result<Self, SigningError> {
        let signing = Signing {
            replica: replica.id.clone(),
            noted: Mutex::default(),
        };
        let returning: HashSet<KeyId> = replica.returning.into_iter().collect();
        let mut opened = read(connection, keyring).await?;
        opened.await_returning(&returning);
        let noted = signing
            .note(connection, opened.signing(offered), replica.now)
            .await;
        noted.map_err(|(_, error)| error)?;
        Self::holding(opened, offered, Some(signing), returning)
    }

    fn holding(
        opened: Opened,
        offered: &SigningSettings,
        signing: Option<Signing>,
        returning: HashSet<KeyId>,
    ) -> Result<Self, SigningError> {
        let uses = Uses::default();
        let set = opened.set(offered)?.counted_by(&uses);
        Ok(Self {
            shared: Arc::new(Shared {
                offered: offered.clone(),
                current: Current::new(Arc::new(set)),
                signing,
                uses,
                spares: Spares::default(),
                returning: Mutex::new(returning),
            }),
        })
    }

    /// Where it is counted what the keys do.
    pub(super) fn uses(&self) -> &Uses {
        &self.shared.uses
    }

    /// The keys that were made here and are not used yet.
    #[must_use]
    pub fn spares(&self) -> &Spares {
        &self.shared.spares
    }

    /// Of the keys that came back, only these are still awaited; says whether there were more, so that the keys are to be
    /// read again.
    #[must_use]
    pub fn still_awaits(&self, returning: &[KeyId]) -> bool {
        let mut awaited = self
            .shared
            .returning
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let before = awaited.len();
        awaited.retain(|key_id| returning.contains(key_id));
        awaited.len() < before
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
    /// stay, and whoever asked tries again; a row that does not open keeps no other from being taken over. If it cannot
    /// be noted that a key signs from now on, everything else counts, that key signs nothing, and this fails: the one
    /// before it signs on as long as it is only retiring, for the seconds that are left until nothing is minted here.
    pub async fn reload(
        &self,
        connection: &mut PgConnection,
        keyring: &Keyring,
        now: Timestamp,
    ) -> Result<(), SigningError> {
        let Shared {
            current,
            offered,
            signing,
            uses,
            returning,
            spares: _,
        } = &*self.shared;
        let mut unnoted = None;
        let reading = async {
            let mut opened = read(connection, keyring).await?;
            let awaited = returning.lock().unwrap_or_else(PoisonError::into_inner).clone();
            opened.await_returning(&awaited);
            if let Some(signing) = signing
                && let Err((keys, error)) = signing.note(connection, opened.signing(offered), now).await
            {
                opened.withhold(&keys, &current.get().signing());
                unnoted = Some(error);
            }
            Ok::<_, SigningError>(opened.set(offered)?.counted_by(uses))
        };
        current.reload(reading).await?;
        unnoted.map_or(Ok(()), |error| Err(error.into()))
    }
}

/// What was read and opened.
struct Opened {
    keys: Vec<(KeyStatus, Material)>,
    server_keys: ServerKeys,
    unopened: Vec<UnopenedRow>,
    /// The algorithms that have an active key, whether or not it opens.
    active: Vec<Algorithm>,
}

impl Opened {
    /// The keys that would sign.
    fn signing(&self, offered: &SigningSettings) -> Vec<KeyId> {
        let active = self
            .keys
            .iter()
            .filter(|(status, key)| *status == KeyStatus::Active && offered.signs(key.public().algorithm()));
        active.map(|(_, key)| key.public().key_id().clone()).collect()
    }

    /// Takes the right to sign from these keys: they are published as if they were yet to sign. Of their algorithms what
    /// signed until now signs on, unless it was ended.
    fn withhold(&mut self, withheld: &[KeyId], signed: &[String]) {
        let mut without = Vec::new();
        for (status, key) in &mut self.keys {
            if withheld.contains(key.public().key_id()) {
                *status = KeyStatus::Next;
                without.push(key.public().algorithm());
            }
        }
        for (status, key) in &mut self.keys {
            let public = key.public();
            let signed = signed.iter().any(|kid| kid == public.key_id().as_str());
            if signed && *status == KeyStatus::Retiring && without.contains(&public.algorithm()) {
                *status = KeyStatus::Active;
            }
        }
    }

    /// Publishes keys that came back, and lets nothing be signed with them yet.
    fn await_returning(&mut self, returning: &HashSet<KeyId>) {
        for (status, key) in &mut self.keys {
            if *status == KeyStatus::Active && returning.contains(key.public().key_id()) {
                *status = KeyStatus::Next;
                self.active
                    .retain(|algorithm| *algorithm != key.public().algorithm());
            }
        }
    }

    fn set(self, offered: &SigningSettings) -> Result<KeySet, SigningError> {
        let awaited = offered.algorithms.iter().copied();
        let awaited = awaited
            .filter(|algorithm| !self.active.contains(algorithm))
            .collect();
        let set = KeySet::new(self.keys, self.server_keys, self.unopened, offered)?;
        Ok(set.awaiting(awaited))
    }
}

async fn read(connection: &mut PgConnection, keyring: &Keyring) -> Result<Opened, SigningError> {
    let algorithms = Algorithm::ALL.map(Algorithm::name);
    let purposes = Purpose::ALL.map(Purpose::name);
    let stored = store::load(connection, &algorithms, &purposes).await?;
    Ok(open(&stored, keyring))
}

/// Opens row by row: a revocation must count whatever else cannot be opened.
fn open(stored: &Stored, keyring: &Keyring) -> Opened {
    let mut unopened = Vec::new();
    let mut keys = Vec::with_capacity(stored.keys.len());
    for row in &stored.keys {
        match open_key(row, keyring) {
            Ok(key) => keys.push(key),
            Err(error) => {
                let name = row.key_id.as_str().to_owned();
                unopened.push(UnopenedRow::new(name, Algorithm::parse(&row.algorithm), &error));
            }
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
                unopened.push(UnopenedRow::new(name, None, &error));
                unopened_secrets.insert((purpose, row.number));
            }
        }
    }
    Opened {
        keys,
        server_keys: ServerKeys::new(secrets).beside(unopened_secrets),
        unopened,
        active: stored
            .keys
            .iter()
            .filter(|row| row.status == KeyStatus::Active.name())
            .filter_map(|row| Algorithm::parse(&row.algorithm))
            .collect(),
    }
}

fn open_key(row: &StoredKey, keyring: &Keyring) -> Result<(KeyStatus, Material), SigningError> {
    let status = KeyStatus::parse(&row.status).ok_or(DatabaseError::Inconsistent {
        table: "auth.jwks",
        problem: "its status is unknown",
    })?;
    Ok((status, sealed_keys::open_key(keyring, row)?))
}
