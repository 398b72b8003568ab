//! `cargo bench --bench rls -- --sync`: how long after its commit a removal is known in a database downstream. A server
//! process, a worker process (`signet rls sync`) and two databases on a private PostgreSQL; members are removed at a
//! steady rate by the service that the API and the commands call.

mod ground;
mod lag;
mod process;

pub(crate) use ground::Ground;
pub(crate) use lag::{Lags, measure};
