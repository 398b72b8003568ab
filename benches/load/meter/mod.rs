//! What a run cost: processors and memory as the system counts them, statements and log as PostgreSQL does.

mod process;
mod statements;

pub(crate) use process::{Memory, Processors, Shares, Watched, memory, parent};
pub(crate) use statements::{Cost, Statements};
