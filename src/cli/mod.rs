//! The operators' command line: one file or folder per command. Each calls the same services as the server, in one
//! transaction.

mod arguments;
pub mod backup_epoch;
pub mod client;
pub mod consent;
mod database;
mod dev;
mod doctor;
pub mod hook;
pub mod kek;
pub mod keys;
mod layout;
pub mod mail;
mod migrate;
pub mod module;
pub mod operator;
pub mod organization;
pub mod output;
mod proxies;
pub mod queue;
mod replicas;
pub mod rls;
pub mod run;
mod schema;
mod serve;
pub mod service_key;
pub mod user;
mod values;
pub mod workspace;
