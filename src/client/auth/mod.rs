//! How a client proves who it is (RFC 6749 §2.3, OpenID Connect Core §9): one file per method. It reads no request:
//! what was shown comes as a value.

mod client_secret_basic;
mod client_secret_post;
mod none;
mod proof;

pub use proof::{NotProven, PresentedCredential, prove, prove_unknown};
