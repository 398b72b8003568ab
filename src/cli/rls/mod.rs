//! `signet rls …`: what a database downstream gets from us, and how it is looked after. It needs no configuration of
//! ours: the database is named by its URL.

mod arguments;
mod install;
mod policy;
mod run;
mod sync;
mod verify;

pub use arguments::RlsCommand;
pub use run::run;
