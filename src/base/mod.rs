//! The ground floor: time, chance, identifiers, handles, secrets, digests and the only outgoing HTTP.
//! It knows no protocol, no database and no configuration.

pub mod aead;
pub mod clock;
pub mod digest;
pub mod entropy;
pub mod fetch;
pub mod handle;
pub mod id;
pub mod origin;
pub mod secret;
