//! Our own keys: which one signs, which ones verify, what the JWKS shows, and the server's HMAC keys. Private parts
//! are sealed and never leave this room. It does not know what a claim means, nor when a token has expired.
//!
//! A start goes [`provisioning::missing`] → [`provisioning::Missing::generate`] → [`provisioning::insert`] → commit →
//! [`signing_keys::SigningKeys::load`]; once the database is complete, only the first and the last are asked.

pub mod error;
pub mod key_set;
mod material;
pub mod provisioning;
pub mod reseal;
pub mod rotation;
mod sealed_keys;
pub mod server_key;
pub mod signing_keys;
mod store;
#[cfg(test)]
mod tests;
mod verified;
