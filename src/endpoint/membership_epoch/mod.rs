//! The membership epoch's cut-offs for databases elsewhere: a long poll for services with a key.

mod answer;
mod watch;

pub use answer::get;
pub use watch::Watch;
