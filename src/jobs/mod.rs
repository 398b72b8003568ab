//! Work that nobody waits for.

pub mod cleanup;
