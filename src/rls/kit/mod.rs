//! The SQL kit: functions that read a token's claims inside a database, in a schema of its own. Every one is null-safe:
//! whatever is missing, malformed, of another type or no longer current gives null, and null matches no row.

mod install;
mod script;

pub use install::{Installation, install};
pub(in crate::rls) use script::grantee;
pub use script::{Epoch, Kit};
