//! Secrets at rest: AES-256-GCM envelopes under key-encryption keys that the database never sees. A room that stores
//! a secret seals it here with the place where it will stand, so that a ciphertext moved elsewhere does not open.
//! It knows no table by name and never makes a key-encryption key by itself.

pub mod envelope;
pub mod kek;
#[cfg(test)]
mod tests;

pub use envelope::{Context, Sealed, SealingError, open, seal};
pub use kek::{KekError, Keyring};
