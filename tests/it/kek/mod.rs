//! Key-encryption keys that take the place of one another while everything goes on: which rows need which, what replicas
//! hold, and what Transit engines do wrong.

mod bad_input;
mod bao;
mod change;
pub mod desk;
mod envelopes;
mod kills;
mod proof;
mod rooms;
mod transit;
