//! Work that nobody waits for.

pub mod cleanup;
pub mod key_rotation;
pub mod queue;
