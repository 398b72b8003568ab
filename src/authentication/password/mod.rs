//! Passwords: what may be one, how it is hashed (argon2id, RFC 9106), and by whom. Nothing outside this folder names
//! the algorithm.

mod breached;
mod common;
mod demands;
pub mod hasher;
pub mod phc;
pub mod rules;

pub use demands::{ChoiceError, PasswordDemands};
pub use hasher::{HashError, Hasher, HasherSettings, Verdict};
pub use phc::{Cost, PasswordHash, PhcError};
pub use rules::{Password, PasswordProblem};
