//! Owns what can go wrong when service keys are administered.

use crate::db::DatabaseError;

/// Why a service key was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum ServiceKeyError {
    /// A name stands in logs, events and command lines.
    #[error("name: 1 to 63 of a-z 0-9 _ -, beginning with a letter or digit")]
    Name,
    /// A key without any right is none.
    #[error("scope: a service key needs at least one")]
    NoScope,
    /// The name has a live key; rotating is how it gets another.
    #[error("there already is a service key {0}")]
    AlreadyExists(String),
    /// The name has no live key.
    #[error("there is no live service key {0}")]
    Unknown(String),
    /// Old keys must end.
    #[error("overlap: the old key may stay valid for at most 90 days")]
    OverlapTooLong,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}
