//! How a hook is reached.

pub mod http;
pub mod sql;
mod sql_failure;
pub mod target;
