//! The membership epoch's cut-offs for databases elsewhere: a long poll for services with a key.

pub mod long_poll;
mod watch;

pub use long_poll::get;
pub use watch::Watch;
