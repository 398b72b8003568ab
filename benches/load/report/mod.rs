//! What was measured, held against the peers and the goals; as tables for people and Markdown, as JSON for programs.

mod beside;
mod judge;
mod peers;
mod tables;
mod text;
mod write;

pub(crate) use judge::{Machine, Report};
pub(crate) use write::{complain, progress, write};
