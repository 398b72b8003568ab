//! Owns what operators do with key-encryption keys. Each function writes in its caller's transaction and leaves an event;
//! every replica follows when that commits.

use super::entry::KekState;
use super::error::KekChangeError;
use super::store;
use super::view::{self, View};
use crate::audit::{self, KekEvent};
use crate::db::{DatabaseError, UnitOfWork};
use crate::replica::{Kek, Replica};
use crate::sealing::data_key::{self, NewDataKey};
use crate::sealing::{HeldKek, KekSource, Keyring};

/// A key that was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// It.
    pub kek: HeldKek,
    /// Whether it seals already: it was the first, and the replicas seal with it.
    pub active: bool,
    /// Keys that were in use before any was registered, and are known from now on.
    pub adopted: Vec<String>,
}

/// A key that seals from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activated {
    /// It.
    pub id: String,
    /// The one that sealed until now.
    pub replaces: Option<String>,
}

/// Adds a key of the configuration. One of Transit comes with its data key, unless that is stored already. The first
/// time, what is in use is registered too. Needs a transaction.
pub async fn add(
    work: &mut UnitOfWork,
    keyring: &Keyring,
    id: &str,
    data_key: Option<&NewDataKey>,
) -> Result<Added, KekChangeError> {
    store::lock(work.connection()?).await?;
    let kek = usable(keyring, id, data_key)?;
    let mut view = look(work).await?;
    let mut adopted = adopt(work, keyring, &view).await?;
    view = look(work).await?;
    if let Some(known) = view.find(id) {
        require_same(&kek, &known.fingerprint)?;
        if !adopted.iter().any(|one| one == id) {
            if known.state != KekState::Removed {
                return Err(KekChangeError::AlreadyThere {
                    id: id.to_owned(),
                    state: known.state.name(),
                });
            }
            register(work, &kek).await?;
        }
    } else {
        let twin = view
            .entries
            .iter()
            .find(|entry| entry.fingerprint == kek.fingerprint);
        if let Some(twin) = twin {
            return Err(KekChangeError::SameBytes {
                id: id.to_owned(),
                known: twin.id.clone(),
            });
        }
        register(work, &kek).await?;
    }
    if let Some(data_key) = data_key {
        data_key::insert(work, data_key).await?;
    }
    adopted.retain(|one| one != id);
    let active = view.active().is_some_and(|entry| entry.id == id);
    Ok(Added { kek, active, adopted })
}

/// Lets a key seal from now on, once every running replica holds it. Needs a transaction.
pub async fn activate(
    work: &mut UnitOfWork,
    keyring: &Keyring,
    id: &str,
) -> Result<Activated, KekChangeError> {
    store::lock(work.connection()?).await?;
    let view = look(work).await?;
    let known = view
        .find(id)
        .ok_or_else(|| KekChangeError::Unknown { id: id.to_owned() })?;
    match known.state {
        KekState::Added | KekState::Replaced => {}
        KekState::Removed => return Err(KekChangeError::Removed { id: id.to_owned() }),
        KekState::Active => {
            return Err(KekChangeError::AlreadyThere {
                id: id.to_owned(),
                state: known.state.name(),
            });
        }
    }
    require_same(&usable(keyring, id, None)?, &known.fingerprint)?;
    let wanted = Kek {
        id: id.to_owned(),
        fingerprint: known.fingerprint.clone(),
    };
    let replicas = view.replicas.iter();
    let because: Vec<String> = replicas
        .filter_map(|replica| cannot_seal_with(replica, &wanted))
        .collect();
    if !because.is_empty() {
        return Err(KekChangeError::Replicas {
            because,
            next: "give them this configuration and start them anew, then try again",
        });
    }
    let now = work.now();
    let replaces = store::replace_active(work.connection()?, now).await?;
    if !store::activate(work.connection()?, id, now).await? {
        return Err(KekChangeError::Unknown { id: id.to_owned() });
    }
    let event = KekEvent::Activated {
        kek: id.to_owned(),
        replaces: replaces.clone(),
    };
    audit::record(work, event).await?;
    Ok(Activated {
        id: id.to_owned(),
        replaces,
    })
}

/// What keeps a key from being removed: replicas that do not seal with the active one, in words. Refuses one that cannot be
/// removed whatever anybody does meanwhile.
pub fn removal_obstacles(view: &View, id: &str) -> Result<Vec<String>, KekChangeError> {
    let known = view
        .find(id)
        .ok_or_else(|| KekChangeError::Unknown { id: id.to_owned() })?;
    match known.state {
        KekState::Added | KekState::Replaced => {}
        KekState::Active => return Err(KekChangeError::Active { id: id.to_owned() }),
        KekState::Removed => {
            return Err(KekChangeError::AlreadyThere {
                id: id.to_owned(),
                state: known.state.name(),
            });
        }
    }
    let active = view.active().ok_or(KekChangeError::NoneActive)?;
    let wanted = Kek {
        id: active.id.clone(),
        fingerprint: active.fingerprint.clone(),
    };
    let because = view.replicas.iter().filter_map(|replica| {
        cannot_seal_with(replica, &wanted).or_else(|| seals_otherwise(replica, &wanted))
    });
    Ok(because.collect())
}

/// Removes a key that nothing needs and nobody seals with. From then on the database takes no row that it seals. Needs a
/// transaction, which is rolled back if this fails.
pub async fn remove(work: &mut UnitOfWork, id: &str) -> Result<(), KekChangeError> {
    store::lock(work.connection()?).await?;
    let because = removal_obstacles(&look(work).await?, id)?;
    if !because.is_empty() {
        return Err(KekChangeError::Replicas {
            because,
            next: "wait for them or start them anew (`signet kek status`), then try again",
        });
    }
    let now = work.now();
    store::remove(work.connection()?, id, now).await?;
    // After the row of the key is locked: whatever was being sealed by it has come to its end.
    let needs = view::needs(work.connection()?).await?;
    let rows: Vec<String> = needs
        .iter()
        .filter(|need| need.kek_id == id)
        .map(|need| view::told(std::iter::once(need)))
        .collect();
    if !rows.is_empty() {
        return Err(KekChangeError::Needed {
            id: id.to_owned(),
            rows,
        });
    }
    audit::record(work, KekEvent::Removed { kek: id.to_owned() }).await?;
    Ok(())
}

/// Refuses to seal by a key that cannot be used here.
pub fn require_usable(keyring: &Keyring, id: &str) -> Result<(), KekChangeError> {
    usable(keyring, id, None).map(|_| ())
}

/// Refuses to go on sealing by a key that seals no more. One statement.
pub async fn require_active(work: &mut UnitOfWork, kek_id: &str) -> Result<(), KekChangeError> {
    match store::active(work.connection()?).await? {
        Some(now) if now == kek_id => Ok(()),
        Some(now) => Err(KekChangeError::ChangedMeanwhile {
            was: kek_id.to_owned(),
            now,
        }),
        None => Err(KekChangeError::NoneActive),
    }
}

/// Records that rows are sealed by the active key now.
pub async fn resealed(work: &mut UnitOfWork, kek_id: &str, rows: u64) -> Result<(), DatabaseError> {
    let event = KekEvent::Resealed {
        kek: kek_id.to_owned(),
        rows,
    };
    audit::record(work, event).await
}

async fn look(work: &mut UnitOfWork) -> Result<View, DatabaseError> {
    let now = work.now();
    View::read(work.connection()?, now).await
}

async fn register(work: &mut UnitOfWork, kek: &HeldKek) -> Result<(), DatabaseError> {
    let now = work.now();
    store::add(work.connection()?, kek, now).await?;
    let event = KekEvent::Added {
        kek: kek.id.clone(),
        fingerprint: kek.fingerprint.clone(),
    };
    audit::record(work, event).await
}

/// The key as the configuration has it.
fn usable(keyring: &Keyring, id: &str, new: Option<&NewDataKey>) -> Result<HeldKek, KekChangeError> {
    let source = keyring
        .source(id)
        .ok_or_else(|| KekChangeError::NotConfigured { id: id.to_owned() })?;
    let fingerprint = new
        .map(|new| new.fingerprint().to_owned())
        .or_else(|| keyring.fingerprint(id));
    let unusable = || KekChangeError::Unusable {
        id: id.to_owned(),
        reason: keyring
            .problem(id)
            .unwrap_or_else(|| "Transit has not unwrapped its data key yet".to_owned()),
    };
    Ok(HeldKek {
        id: id.to_owned(),
        fingerprint: fingerprint.ok_or_else(unusable)?,
        source,
    })
}

fn require_same(kek: &HeldKek, known: &str) -> Result<(), KekChangeError> {
    if kek.fingerprint == known {
        return Ok(());
    }
    Err(KekChangeError::OtherBytes {
        id: kek.id.clone(),
        known: known.to_owned(),
        here: kek.fingerprint.clone(),
    })
}

/// Registers what an installation uses that never registered a key: the one that its replicas seal with, and those that
/// rows need and this configuration holds.
async fn adopt(work: &mut UnitOfWork, keyring: &Keyring, view: &View) -> Result<Vec<String>, KekChangeError> {
    if view.active().is_some() {
        return Ok(Vec::new());
    }
    let Some(sealing) = in_use(keyring, view)? else {
        return Ok(Vec::new());
    };
    if let Some(known) = view.find(&sealing.id) {
        require_same(&sealing, &known.fingerprint)?;
        return Ok(Vec::new());
    }
    register(work, &sealing).await?;
    let now = work.now();
    store::activate(work.connection()?, &sealing.id, now).await?;
    let event = KekEvent::Activated {
        kek: sealing.id.clone(),
        replaces: None,
    };
    audit::record(work, event).await?;
    let mut adopted = vec![sealing.id.clone()];
    let held = keyring.held();
    let needed = held.iter().filter(|kek| {
        let distinct = kek.id != sealing.id && kek.fingerprint != sealing.fingerprint;
        distinct && view.unregistered().contains(&kek.id.as_str())
    });
    for kek in needed {
        register(work, kek).await?;
        store::mark_replaced(work.connection()?, &kek.id, now).await?;
        adopted.push(kek.id.clone());
    }
    Ok(adopted)
}

/// The key that the running replicas seal with; without any, the first of the configuration that Transit does not keep.
fn in_use(keyring: &Keyring, view: &View) -> Result<Option<HeldKek>, KekChangeError> {
    let mut ids: Vec<&str> = view
        .replicas
        .iter()
        .filter_map(|replica| replica.holdings.sealing_kek())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    match ids.as_slice() {
        [] => {
            let first = keyring.active_id();
            let held = keyring.held().into_iter();
            Ok(held
                .into_iter()
                .find(|kek| kek.id == first && kek.source != KekSource::Transit))
        }
        [id] => {
            let mut keks = view.replicas.iter().flat_map(|replica| &replica.holdings.keks);
            Ok(keks.find(|kek| kek.id == *id).map(|kek| HeldKek {
                id: kek.id.clone(),
                fingerprint: kek.fingerprint.clone(),
                source: keyring.source(id).unwrap_or(KekSource::File),
            }))
        }
        ids => Err(KekChangeError::Disagreement {
            ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        }),
    }
}

/// Why a replica cannot seal with a key when it is told to.
fn cannot_seal_with(replica: &Replica, wanted: &Kek) -> Option<String> {
    let holdings = &replica.holdings;
    let Kek { id, fingerprint } = wanted;
    let has = holdings.keks.iter().find(|kek| kek.id == *id);
    match has {
        None => Some(format!("the replica {} has not reported {id}", holdings.host)),
        Some(other) if other.fingerprint != *fingerprint => Some(format!(
            "the replica {} has another key as {id} ({}, not {fingerprint})",
            holdings.host, other.fingerprint
        )),
        Some(_) if holdings.seals_with.is_none() && holdings.sealing_kek() != Some(id) => Some(format!(
            "the replica {} is of a version that seals with the first key of its configuration",
            holdings.host
        )),
        Some(_) => None,
    }
}

fn seals_otherwise(replica: &Replica, active: &Kek) -> Option<String> {
    let sealing = replica.holdings.sealing_kek().unwrap_or("nothing");
    (sealing != active.id).then(|| {
        format!(
            "the replica {} still seals with {sealing} instead of {}",
            replica.holdings.host, active.id
        )
    })
}
