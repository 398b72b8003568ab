//! A private PostgreSQL for `signet dev` and for the tests.
//!
//! Owns one cluster in one folder: it finds PostgreSQL's own programs, makes the cluster, starts it (also
//! as root, which PostgreSQL itself refuses), adopts one that an earlier run left behind, and stops it. It
//! knows nothing of the roles, schemas and data inside, and `serve` never uses it.
//!
//! What it puts into the folder that [`Settings::data_dir`] names:
//!
//! | name | what |
//! |---|---|
//! | `pg/` | the cluster |
//! | `run/` | its socket |
//! | `postgres.log` | what the server says |
//! | `postgres.turn` | locked while somebody starts or stops the server |
//! | `postgres.users` | locked as long as somebody uses it |
//! | `postgres.disposable` | present when [`remove_orphans`] may remove the folder |
//!
//! The files in the order a start goes through them: `place` (where, and as whom), `lock` (whose turn),
//! `postmaster` (is one alive), `binaries` (with which programs), `initialize` (make it), `launch` (run it),
//! `connect` (reach it).

mod binaries;
mod cluster;
mod connect;
mod error;
mod initialize;
mod launch;
mod lock;
mod orphans;
mod place;
mod postmaster;
#[cfg(test)]
mod tests;

pub use cluster::{Cluster, Settings};
pub use error::ClusterError;
pub use orphans::remove_orphans;
