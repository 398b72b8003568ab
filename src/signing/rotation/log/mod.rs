//! The log of every change of a key, and its proof: each entry names the hash of the one before it and is signed by the
//! key that signed until then and by the one that is new.

mod chain;
mod entry;
mod problem;
mod states;
#[cfg(test)]
mod tests;
mod times;
mod verify;
mod writer;

pub use problem::LogProblem;
pub use verify::{Finding, Proof, head, verify};

pub(super) use entry::{ChangeName, Draft};
pub(super) use writer::{Signers, Writer};
