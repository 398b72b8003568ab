//! Owns what is said of a replica: names, fingerprints and reasons, never a key.

use serde::{Deserialize, Serialize};

use crate::base::clock::Timestamp;
use crate::hook::registry::HookSet;
use crate::sealing::Keyring;
use crate::signing::key_set::KeySet;
use crate::signing::rotation::{Policy, StatedPolicy};

/// A key-encryption key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kek {
    /// What its file calls it.
    pub id: String,
    /// The same for the same key, whatever it is called.
    pub fingerprint: String,
}

/// A row that cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unopened {
    /// A `kid`, purpose and number of a server secret, or `hook` and a hook's name.
    pub row: String,
    /// Why.
    pub reason: String,
}

/// What a process holds at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holdings {
    /// The machine's name.
    pub host: String,
    /// The program's.
    pub version: String,
    /// Its key-encryption keys, the one that seals first.
    pub keks: Vec<Kek>,
    /// The id of the key-encryption key that it seals with; none from a version that knows only its own configuration.
    pub seals_with: Option<String>,
    /// The stored keys that it has opened.
    pub opened: Vec<String>,
    /// The keys in the key set that it serves.
    pub published: Vec<String>,
    /// The keys that it signs with.
    pub signs: Vec<String>,
    /// What it holds rotations of keys to; none from a version that does not say.
    pub key_policy: Option<StatedPolicy>,
    /// The rows that it could not open.
    pub unopened: Vec<Unopened>,
    /// When it started.
    pub started_at: Timestamp,
}

/// What a replica said last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replica {
    /// What it holds.
    pub holdings: Holdings,
    /// When it said so.
    pub reported_at: Timestamp,
}

impl Holdings {
    /// What this process holds.
    #[must_use]
    pub fn new(
        keyring: &Keyring,
        keys: &KeySet,
        policy: &Policy,
        hooks: &HookSet,
        started_at: Timestamp,
    ) -> Self {
        let of_keys = keys.unopened().iter().map(|unopened| Unopened {
            row: unopened.row.clone(),
            reason: unopened.reason.clone(),
        });
        let of_hooks = hooks.unopened().map(|(name, unopened)| Unopened {
            row: format!("hook {name}"),
            reason: unopened.reason.clone(),
        });
        Self {
            host: rustix::system::uname().nodename().to_string_lossy().into_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            keks: keks(keyring),
            seals_with: Some(keyring.active_id()),
            opened: keys.opened(),
            published: keys.published().to_vec(),
            signs: keys.signing(),
            key_policy: Some(policy.stated()),
            unopened: of_keys.chain(of_hooks).collect(),
            started_at,
        }
    }

    /// The key-encryption key that it seals with. One that knows only its own configuration seals with its first one.
    #[must_use]
    pub fn sealing_kek(&self) -> Option<&str> {
        let first = || self.keks.first().map(|kek| kek.id.as_str());
        self.seals_with.as_deref().or_else(first)
    }

    /// What keeps this replica from doing what one with these key-encryption keys does; none if nothing does.
    #[must_use]
    pub fn differs_from(&self, keyring: &Keyring) -> Option<String> {
        if let Some(unopened) = self.unopened.first() {
            let Unopened { row, reason } = unopened;
            return Some(format!("cannot open {row}: {reason}"));
        }
        let ours = keks(keyring);
        let lacks = ours.iter().find(|kek| !self.keks.contains(kek));
        let more = self.keks.iter().find(|kek| !ours.contains(kek));
        if let Some(Kek { id, fingerprint }) = lacks {
            return Some(format!(
                "lacks the key-encryption key {id} ({fingerprint}) of this configuration"
            ));
        }
        more.map(|Kek { id, fingerprint }| {
            format!("has the key-encryption key {id} ({fingerprint}), which this configuration lacks")
        })
    }
}

fn keks(keyring: &Keyring) -> Vec<Kek> {
    let held = keyring.held().into_iter();
    held.map(|kek| Kek {
        id: kek.id,
        fingerprint: kek.fingerprint,
    })
    .collect()
}
