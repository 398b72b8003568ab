//! What a relying party sees that was written by others: the `openidconnect` crate, over real HTTP.

mod code;
mod discovery;
mod logout;
pub mod logout_receiver;
mod party;
mod tokens;
