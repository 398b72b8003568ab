//! How a hook is reached.

pub mod sql;
