//! Keys of services: programs that ask our internal API who belongs where, and which tokens are dead. A key is a handle
//! of 256 random bits whose digest alone is stored; it says which of a closed list of things its holder may do.

mod error;
mod key;
pub mod service;
mod store;

pub use error::ServiceKeyError;
pub use key::{KeyName, NewServiceKey, ServiceKey, ServiceScope};
