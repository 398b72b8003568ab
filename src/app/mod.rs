//! The composition root: what the server is made of, put together once from configuration. Endpoints borrow from it;
//! no room below knows it.

mod caches;
mod configured;
mod error;
mod keyring;
mod people;
mod platform;
mod protocol;
mod root;
mod rotation;
mod start;

pub use configured::{hasher_settings, hook_transports, pool_settings, sampling};
pub use error::AppError;
pub use keyring::open_keyring;
pub use root::{App, Injected};
pub use rotation::{Driven, rotation_policy, rotation_state};
