//! The front door: every path (`table`), with the middleware of its audience (`door`).

mod door;
mod table;

pub use door::{internal, public, trusted_proxies};
pub use table::{Limit, Row, table};
