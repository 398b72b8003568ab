//! Owns the list of rooms with sealed columns: how many of their rows need which key-encryption key, and how they seal
//! them by another one. `tests/it/house` holds it complete.

use futures_util::future::BoxFuture;

use crate::db::{DatabaseError, PgConnection, UnitOfWork};
use crate::hook::reseal as hook;
use crate::queue::reseal as queue;
use crate::sealing::{Batch, Keyring, Resealed};
use crate::signing::reseal as signing;

/// How many rows each key-encryption key is needed for.
type Counts = Vec<(String, i64)>;

/// A table with a sealed column.
pub struct Room {
    /// The table.
    pub table: &'static str,
    /// Which of its rows are needed, by what seals them.
    pub count: for<'a> fn(&'a mut PgConnection) -> BoxFuture<'a, Result<Counts, DatabaseError>>,
    /// Seals its next rows by the active key, in a transaction.
    pub reseal:
        for<'a> fn(&'a mut UnitOfWork, &'a Keyring, Batch) -> BoxFuture<'a, Result<Resealed, DatabaseError>>,
}

/// Every table with a sealed column.
pub const ROOMS: [Room; 4] = [
    Room {
        table: "auth.jwks",
        count: |connection| Box::pin(signing::count_keys(connection)),
        reseal: |work, keyring, batch| Box::pin(signing::keys(work, keyring, batch)),
    },
    Room {
        table: "auth.server_secrets",
        count: |connection| Box::pin(signing::count_secrets(connection)),
        reseal: |work, keyring, batch| Box::pin(signing::secrets(work, keyring, batch)),
    },
    Room {
        table: "auth.token_hooks",
        count: |connection| Box::pin(hook::count(connection)),
        reseal: |work, keyring, batch| Box::pin(hook::hooks(work, keyring, batch)),
    },
    Room {
        table: "auth.queue",
        count: |connection| Box::pin(queue::count(connection)),
        reseal: |work, keyring, batch| Box::pin(queue::jobs(work, keyring, batch)),
    },
];
