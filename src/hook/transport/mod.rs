//! How a hook is reached.

pub mod http;
pub mod sql;
pub mod target;
