//! What signet gives to databases downstream: the SQL kit, policy templates, and the check that a database keeps
//! tenants apart by the token's claims alone. It knows no table of ours.

pub mod connection;
pub mod error;
pub mod identifier;
pub mod kit;
pub mod policy;
pub mod roles;
pub mod sync;
pub mod verify;

pub use connection::open;
pub use error::RlsError;
pub use identifier::{Identifier, QualifiedName};
