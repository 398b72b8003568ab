//! The membership epoch: what a change of membership does to the tokens that were made before it.

mod changes;
mod counters;
mod keys;
mod modules;
mod poll;
mod poll_pages;
mod reductions;
mod refresh_tokens;
mod revocation;
mod said;
mod sync;
mod sync_failures;
mod sync_stamps;
mod unbound;
pub mod worker;
