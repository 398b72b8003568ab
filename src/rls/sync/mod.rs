//! The worker that keeps a database's copy of the cut-offs current: it asks signet over HTTPS, writes what it is told,
//! and with every answer that the copy is current. When it stops, the copy grows old, and the kit lets nothing through.

mod copy;
mod cutoff_page;
mod error;
mod source;
mod worker;

pub use copy::Copy;
pub use error::SyncError;
pub use source::Source;
pub use worker::{Database, Progress, once, run};
