//! Owns why a key-encryption key is not added, activated or removed, each with what to do next.

use crate::db::DatabaseError;

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum KekChangeError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The configuration has no such key.
    #[error(
        "this configuration has no key-encryption key {id}: name its file in sealing.kek_files, its variable in \
         sealing.kek_variables, or its key in sealing.transit.keys"
    )]
    NotConfigured {
        /// The key.
        id: String,
    },
    /// It is configured and cannot be used.
    #[error("the key-encryption key {id} cannot be used here: {reason}")]
    Unusable {
        /// The key.
        id: String,
        /// Why.
        reason: String,
    },
    /// The id is that of another key.
    #[error(
        "the key-encryption key {id} is known as {known}, and this configuration's is {here}: an id is never given to \
         another key; call the new one otherwise"
    )]
    OtherBytes {
        /// The id.
        id: String,
        /// The fingerprint that it has.
        known: String,
        /// The fingerprint that it should have.
        here: String,
    },
    /// The same key has another id.
    #[error("the key-encryption key {id} is the one that is known as {known}: use that id")]
    SameBytes {
        /// The new id.
        id: String,
        /// The known one.
        known: String,
    },
    /// It is known already.
    #[error("the key-encryption key {id} is known already, and is {state}: `signet kek status` shows it")]
    AlreadyThere {
        /// The key.
        id: String,
        /// Its state.
        state: &'static str,
    },
    /// It is not known.
    #[error(
        "the key-encryption key {id} is not known: `signet kek add {id}` first; `signet kek history` shows every one"
    )]
    Unknown {
        /// The key.
        id: String,
    },
    /// It was removed.
    #[error("the key-encryption key {id} was removed: `signet kek add {id}` makes it known again")]
    Removed {
        /// The key.
        id: String,
    },
    /// It seals.
    #[error("the key-encryption key {id} seals: activate another one first (`signet kek activate ID`)")]
    Active {
        /// The key.
        id: String,
    },
    /// No key is the active one.
    #[error("no key-encryption key is active yet: `signet kek activate ID`")]
    NoneActive,
    /// Another one seals by now.
    #[error("the key-encryption key {now} seals by now instead of {was}: run `signet kek rekey` again")]
    ChangedMeanwhile {
        /// What sealed.
        was: String,
        /// What seals.
        now: String,
    },
    /// Replicas seal with different keys, and nothing says which one is right.
    #[error("the running replicas seal with different keys ({}): give all the same configuration first", ids.join(", "))]
    Disagreement {
        /// The keys.
        ids: Vec<String>,
    },
    /// Replicas hold it up.
    #[error("{}; {next}", because.join("; "))]
    Replicas {
        /// What each of them lacks.
        because: Vec<String>,
        /// What to do.
        next: &'static str,
    },
    /// Rows need it.
    #[error("the key-encryption key {id} is needed by {}: `signet kek rekey` first", rows.join(", "))]
    Needed {
        /// The key.
        id: String,
        /// How many rows of each table.
        rows: Vec<String>,
    },
}
