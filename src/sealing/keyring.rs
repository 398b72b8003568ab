//! Owns every key-encryption key of this process, and which one seals: the one that the database names, else the first
//! of the configuration. What comes from a Transit engine is here only as data keys, each for as long as it may be held.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{PoisonError, RwLock};
use std::time::Instant;

use super::envelope::{NoDataKey, SealingError};
use super::kek::{self, DEVELOPMENT_PREFIX, Kek, KekError, KekSource, Key};
use super::seals::Seals;
use super::transit::Transit;
use crate::base::id::DataKeyId;
use crate::config::SealingSettings;

/// Every key-encryption key of this process; never empty.
pub struct Keyring {
    local: Vec<Kek>,
    transit: Option<Transit>,
    state: RwLock<State>,
    seals: Seals,
}

#[derive(Default)]
struct State {
    /// None: nobody has said it yet.
    active: Option<String>,
    /// The oldest first.
    data_keys: Vec<HeldDataKey>,
    /// Why a data key of a key-encryption key is not held.
    problems: HashMap<String, String>,
}

/// A data key in the clear.
pub(super) struct HeldDataKey {
    pub(super) id: DataKeyId,
    pub(super) kek_id: String,
    pub(super) key: Key,
    pub(super) unwrapped: Instant,
}

/// What something is sealed or opened with.
pub(super) enum SealingKey {
    /// The key-encryption key itself.
    Kek(Key),
    /// A data key that it wraps.
    DataKey(DataKeyId, Key),
}

/// A key-encryption key that this process can seal and open with now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldKek {
    /// What the configuration calls it.
    pub id: String,
    /// The same for the same key, whatever it is called.
    pub fingerprint: String,
    /// Where it comes from.
    pub source: KekSource,
}

impl Keyring {
    /// Reads the keys of the configuration: files, then variables, then Transit, each in its order. Transit is not asked
    /// yet.
    pub fn load(settings: &SealingSettings) -> Result<Self, KekError> {
        let mut local = Vec::new();
        for path in &settings.kek_files {
            local.extend(kek::of_file(Path::new(path))?);
        }
        for variable in settings.variables() {
            let (name, text) = variable?;
            local.extend(kek::of_variable(name, &text)?);
        }
        Self::new(local, Transit::configured(&settings.transit)?)
    }

    /// Reads the keys of one file's text.
    pub fn from_text(text: &str) -> Result<Self, KekError> {
        Self::new(kek::parse(text, KekSource::File)?, None)
    }

    fn new(local: Vec<Kek>, transit: Option<Transit>) -> Result<Self, KekError> {
        let keyring = Self {
            local,
            transit,
            state: RwLock::default(),
            seals: Seals::default(),
        };
        let mut ids = HashSet::new();
        if let Some(twice) = keyring.configured().find(|id| !ids.insert(*id)) {
            return Err(KekError::Duplicate { id: twice.to_owned() });
        }
        if ids.is_empty() {
            return Err(KekError::Missing);
        }
        Ok(keyring)
    }

    /// The ids of the configuration, in its order.
    pub fn configured(&self) -> impl Iterator<Item = &str> {
        let local = self.local.iter().map(|kek| kek.id.as_str());
        local.chain(self.transit.iter().flat_map(Transit::ids))
    }

    /// Where a key of the configuration comes from; none if it has no key of this id.
    #[must_use]
    pub fn source(&self, id: &str) -> Option<KekSource> {
        let local = self.local.iter().find(|kek| kek.id == id);
        local.map(|kek| kek.source).or_else(|| {
            let mut of_transit = self.transit.iter().flat_map(Transit::ids);
            of_transit.any(|of| of == id).then_some(KekSource::Transit)
        })
    }

    /// Whether a Transit engine is asked for anything.
    #[must_use]
    pub const fn asks_transit(&self) -> bool {
        self.transit.is_some()
    }

    /// The id of the key that seals.
    #[must_use]
    pub fn active_id(&self) -> String {
        let first = || self.configured().next().unwrap_or_default().to_owned();
        self.read(|state| state.active.clone()).unwrap_or_else(first)
    }

    /// From now on, this one seals; whether it is here is found out by whoever seals.
    pub fn activate(&self, id: Option<String>) {
        self.write(|state| state.active = id);
    }

    /// The keys that can be used now, the one that seals first. One of Transit has the fingerprint of its oldest data
    /// key, so that whoever names it has unwrapped that.
    #[must_use]
    pub fn held(&self) -> Vec<HeldKek> {
        let active = self.active_id();
        let mut held: Vec<HeldKek> = self
            .configured()
            .filter_map(|id| {
                Some(HeldKek {
                    id: id.to_owned(),
                    fingerprint: self.fingerprint(id)?,
                    source: self.source(id)?,
                })
            })
            .collect();
        held.sort_by_key(|kek| kek.id != active);
        held
    }

    /// What tells a key from others, if it can be used now.
    #[must_use]
    pub fn fingerprint(&self, id: &str) -> Option<String> {
        if let Some(kek) = self.local.iter().find(|kek| kek.id == id) {
            return Some(kek::fingerprint(&kek.key));
        }
        self.read(|state| {
            let oldest = state.data_keys.iter().find(|key| key.kek_id == id)?;
            Some(kek::fingerprint(&oldest.key))
        })
    }

    /// Why a key of Transit cannot be used now, as it was found last.
    #[must_use]
    pub fn problem(&self, id: &str) -> Option<String> {
        self.read(|state| state.problems.get(id).cloned())
    }

    /// Whether any key is a development one.
    #[must_use]
    pub fn has_development_key(&self) -> bool {
        self.configured().any(|id| id.starts_with(DEVELOPMENT_PREFIX))
    }

    /// How often each key has sealed.
    #[must_use]
    pub const fn seals(&self) -> &Seals {
        &self.seals
    }

    /// The id of the key that seals, and what seals: once, which is counted.
    pub(super) fn sealing_key(&self) -> Result<(String, SealingKey), SealingError> {
        let id = self.active_id();
        if !self.seals.count(&id) {
            return Err(SealingError::Worn { kek_id: id });
        }
        let key = self.local_key(&id).map(SealingKey::Kek).or_else(|| {
            self.read(|state| {
                let newest = state.data_keys.iter().rfind(|key| key.kek_id == id)?;
                Some(SealingKey::DataKey(newest.id.clone(), newest.key.clone()))
            })
        });
        match key {
            Some(key) => Ok((id, key)),
            None => Err(self.lacking(&id)),
        }
    }

    /// A key-encryption key that was used as such.
    pub(super) fn kek(&self, id: &str) -> Result<Key, SealingError> {
        self.local_key(id).ok_or_else(|| self.lacking(id))
    }

    /// A data key of a key-encryption key.
    pub(super) fn data_key(&self, kek_id: &str, id: &str) -> Result<Key, SealingError> {
        let held = self.read(|state| {
            let mut keys = state.data_keys.iter();
            let key = keys.find(|key| key.kek_id == kek_id && key.id.as_str() == id);
            key.map(|key| key.key.clone())
        });
        held.ok_or_else(|| self.lacking(kek_id))
    }

    fn local_key(&self, id: &str) -> Option<Key> {
        let kek = self.local.iter().find(|kek| kek.id == id);
        kek.map(|kek| kek.key.clone())
    }

    fn lacking(&self, id: &str) -> SealingError {
        let kek_id = id.to_owned();
        match self.source(id) {
            Some(KekSource::Transit) => {
                let none = || format!("there is none yet; `signet kek add {id}` makes it");
                let reason = self.problem(id).unwrap_or_else(none);
                SealingError::NoDataKey(Box::new(NoDataKey { kek_id, reason }))
            }
            _ => SealingError::UnknownKek { kek_id },
        }
    }

    pub(super) const fn transit(&self) -> Option<&Transit> {
        self.transit.as_ref()
    }

    /// When each data key that is held was unwrapped.
    pub(super) fn unwrapped(&self) -> HashMap<DataKeyId, Instant> {
        self.read(|state| {
            let held = state.data_keys.iter();
            held.map(|key| (key.id.clone(), key.unwrapped)).collect()
        })
    }

    /// Holds a data key, from this moment on.
    pub(super) fn hold(&self, new: HeldDataKey) {
        self.write(|state| {
            state.problems.remove(&new.kek_id);
            state.data_keys.retain(|key| key.id != new.id);
            state.data_keys.push(new);
            // UUIDv7: the oldest first.
            state.data_keys.sort_by(|a, b| a.id.cmp(&b.id));
        });
    }

    /// Notes why a data key of a key-encryption key could not be had.
    pub(super) fn note(&self, kek_id: &str, problem: String) {
        self.write(|state| state.problems.insert(kek_id.to_owned(), problem));
    }

    /// Forgets the data keys that were unwrapped before; says of which key-encryption keys there were some.
    pub(super) fn forget_before(&self, before: Instant) -> Vec<String> {
        self.write(|state| {
            let over = state.data_keys.extract_if(.., |key| key.unwrapped <= before);
            over.map(|key| key.kek_id).collect()
        })
    }

    fn read<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, write: impl FnOnce(&mut State) -> T) -> T {
        write(&mut self.state.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Keyring")?;
        formatter.debug_list().entries(self.configured()).finish()
    }
}
