//! Other products that are measured beside ours in the same run: on the same PostgreSQL, in a database of their own, by
//! the same rows, in turns.

mod package;
mod peer;
mod server;

pub(crate) use peer::Peer;
pub(crate) use server::{Beside, start};
