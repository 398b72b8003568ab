//! Proofs that somebody reads a mailbox: a link that is mailed, and where a browser waits for it a short code beside it.
//! Both are single use and short lived, a newer one ends the older, and only digests are stored. It knows what a proof
//! is for, not what follows from it.

mod kind;
mod proof;
mod store;

pub use kind::VerificationKind;
pub use proof::{
    CodeOutcome, Pending, Proven, Secrets, Subject, VerificationError, WrittenProof, end_all_of, expire,
    find, signed_up_since, try_code, use_up, write,
};
