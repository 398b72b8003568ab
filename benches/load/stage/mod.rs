//! The stage: a private PostgreSQL with fsync on, the server of this very build, clients and people.

mod cluster;
mod fill;
mod hooks;
mod people;
mod server;
mod set;

pub(crate) use cluster::Postgres;
pub(crate) use hooks::{HOOK_ANSWER, Hook};
pub(crate) use server::Start;
pub(crate) use set::Stage;
