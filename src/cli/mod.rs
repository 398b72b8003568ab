//! The operators' command line: one file or folder per command. Each calls the same services as the server, in one
//! transaction.

pub mod client;
mod layout;
pub mod operator;
pub mod organization;
pub mod output;
pub mod user;
mod values;
