//! `signet queue …`: work that waits, and what was given up. It prints nothing: a report is returned.

mod arguments;
mod report;
mod run;

pub use arguments::{ListArguments, QueueCommand, ReplayArguments};
pub use report::{JobList, JobReport, QueueChanged, QueueReport};
pub use run::run;
