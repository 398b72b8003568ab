//! JSON objects from outside, read strictly: no member twice, no depth and no number of values without bounds
//! (RFC 8259, RFC 7493).

mod reader;
#[cfg(test)]
mod tests;

pub use reader::{Limits, StrictJsonError, object, read};
