//! How a client proves who it is (RFC 6749 §2.3, OpenID Connect Core §9): one file per method. It reads no request:
//! what was shown comes as a value.

mod client_secret_basic;
mod client_secret_post;
mod none;
mod private_key_jwt;
mod proof;
mod published_keys;
pub mod replay;

pub use private_key_jwt::AssertionError;
pub use proof::{Authenticator, NotProven, PresentedCredential, prove_unknown};
pub use published_keys::{PublishedKeys, PublishedKeysError};
