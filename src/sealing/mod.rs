//! Secrets at rest: AES-256-GCM envelopes under key-encryption keys that the database never sees. A room that stores
//! a secret seals it here with the place where it will stand, so that a ciphertext moved elsewhere does not open.
//! It knows no table but that of wrapped data keys, and never makes a key-encryption key by itself.

pub mod data_key;
pub mod envelope;
pub mod kek;
mod keyring;
mod reseal;
mod seals;
mod store;
#[cfg(test)]
mod tests;
mod transit;

pub use envelope::{Context, NoDataKey, Sealed, SealingError, open, seal};
pub use kek::{KekError, KekSource};
pub use keyring::{HeldKek, Keyring};
pub use reseal::{Batch, Resealed, Row, Unopened, reseal};
pub use seals::{MOST_SEALS, Seals};
pub use transit::TransitError;
