//! The ground floor: time, chance, identifiers, handles, secrets, digests, what names may hold, the only outgoing HTTP
//! and the DNS. It knows no protocol, no database and no configuration.

pub mod actor;
pub mod aead;
pub mod clock;
pub mod current;
pub mod digest;
pub mod display;
pub mod dns;
pub mod entropy;
pub mod fetch;
pub mod handle;
pub mod id;
pub mod origin;
pub mod reach;
pub mod schema;
pub mod secret;
pub mod strict_json;
