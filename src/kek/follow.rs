//! Owns how a process follows the database: which key-encryption key seals, whether its own are the known ones, and the
//! data keys that it needs.

use super::entry::{Entry, KekState};
use super::{store, view, wear};
use crate::db::{DatabaseError, PgConnection};
use crate::sealing::data_key::{self, WrappedKey};
use crate::sealing::{KekSource, Keyring};

/// Why a process must not start with its key-encryption keys.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A key of the configuration has the id of another one.
    #[error(
        "the key-encryption key {id} of this configuration is {here}, and {known} is known by this id: find the key that \
         it was, or give this one another id"
    )]
    OtherBytes {
        /// The id.
        id: String,
        /// The fingerprint that it has in the database.
        known: String,
        /// The fingerprint of this one.
        here: String,
    },
    /// Rows need one that is not here.
    #[error(
        "the key-encryption key {id}, which {rows} need, is not in this configuration: give it the file, the variable or the \
         key in Transit; if nobody has it any more, sealing.lost_keks = [\"{id}\"] lets a server start without what it sealed"
    )]
    Missing {
        /// The id.
        id: String,
        /// How many rows of which tables.
        rows: String,
    },
    /// The one that seals is not here.
    #[error(
        "the key-encryption key {id} ({fingerprint}), which seals, is not in this configuration: give it the file, the \
         variable or the key in Transit"
    )]
    NoActive {
        /// The id.
        id: String,
        /// Its fingerprint.
        fingerprint: String,
    },
}

/// What a process needs to know of the database.
#[derive(Debug)]
pub struct Followed {
    /// Every data key as it is stored.
    pub wrapped: Vec<WrappedKey>,
    /// What no process starts with.
    pub refusals: Vec<FollowError>,
}

/// Follows the database: three statements. From then on the active key seals, if it is here. Data keys are yet to be
/// unwrapped.
pub async fn follow(connection: &mut PgConnection, keyring: &Keyring) -> Result<Followed, DatabaseError> {
    let entries = store::all(connection).await?;
    let active = entries.iter().find(|entry| entry.state == KekState::Active);
    keyring.activate(active.map(|entry| entry.id.clone()));
    let missing = active.and_then(|entry| missing(keyring, entry));
    let mistaken = entries.iter().filter_map(|entry| mistaken(keyring, entry));
    wear::learn_seals(connection, keyring).await?;
    Ok(Followed {
        refusals: missing.into_iter().chain(mistaken).collect(),
        wrapped: data_key::wrapped_keys(connection).await?,
    })
}

/// The keys that rows need, that this configuration lacks, and that nobody has said to be lost: a statement for each table
/// with a sealed column. One of Transit is not missing while it is away.
pub async fn missing_keks(
    connection: &mut PgConnection,
    keyring: &Keyring,
    lost: &[String],
) -> Result<Vec<FollowError>, DatabaseError> {
    let needs = view::needs(connection).await?;
    let mut ids: Vec<&str> = needs.iter().map(|need| need.kek_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.retain(|id| keyring.source(id).is_none() && !lost.iter().any(|one| one == id));
    let missing = ids.into_iter().map(|id| FollowError::Missing {
        id: id.to_owned(),
        rows: view::told(needs.iter().filter(|need| need.kek_id == id)),
    });
    Ok(missing.collect())
}

/// That the one that seals is not configured. One of Transit may only be away.
fn missing(keyring: &Keyring, active: &Entry) -> Option<FollowError> {
    keyring
        .source(&active.id)
        .is_none()
        .then(|| FollowError::NoActive {
            id: active.id.clone(),
            fingerprint: active.fingerprint.clone(),
        })
}

/// That a key is not the known one of its id. Of Transit's, only the data keys are known, which another key does not
/// unwrap.
fn mistaken(keyring: &Keyring, entry: &Entry) -> Option<FollowError> {
    if keyring.source(&entry.id)? == KekSource::Transit {
        return None;
    }
    let here = keyring.fingerprint(&entry.id)?;
    (here != entry.fingerprint).then(|| FollowError::OtherBytes {
        id: entry.id.clone(),
        known: entry.fingerprint.clone(),
        here,
    })
}
