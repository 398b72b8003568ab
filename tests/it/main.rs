//! The one integration test binary: it speaks to signet through its public interface, over real HTTP, on a real
//! PostgreSQL of its own.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]
#![expect(
    unreachable_pub,
    reason = "modules of a test binary are reached by nobody else"
)]

mod account;
mod api;
mod app;
mod attack;
mod claims;
mod command_line;
mod dns;
mod epoch;
mod fault;
mod fetch;
mod fixtures;
mod hook;
mod house;
mod kek;
mod mail;
mod operations;
mod protocol;
mod queue;
mod race;
mod relying_party;
mod rls;
mod rotation;
mod screen;
mod support;
mod tenancy;
mod webhook;
