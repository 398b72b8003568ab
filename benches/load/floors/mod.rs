//! What this machine can do at all: signatures, hashes, answers, commits. Each floor is taken several times in a run,
//! between the rows, because neighbours come and go.

pub(crate) mod database;
pub(crate) mod empty_answer;
mod hashing;
mod measure;
mod signing;
mod wire;

pub(crate) use measure::{Bed, Floor, Measured, measure};
