//! The access-token hook's contract: what an answer may say, how it joins the claims that the protocol decides, and
//! how operators' hooks are registered and asked. The built-in hook is the SQL function `auth.member_claims`, called
//! inside each grant's own statement; while no operator's hook is enabled, nobody is asked.

pub mod ask;
pub mod breaker;
pub mod contract;
pub mod definition;
pub mod difference;
pub mod error;
pub mod event;
pub mod finding;
mod membership;
pub mod merge;
mod record;
pub mod registry;
pub mod reseal;
pub mod response;
pub mod sample;
mod sealed_keys;
pub mod service;
mod shadow;
mod shipped;
mod store;
#[cfg(test)]
mod tests;
pub mod transport;

pub use definition::{Hook, Settings};
pub use error::{AskError, HookError};
pub use registry::Hooks;
pub use sealed_keys::StoredHookError;
