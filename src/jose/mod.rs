//! Signed tokens as such: JSON Web Keys (RFC 7517), their thumbprints (RFC 7638) and compact JSON Web Signatures
//! (RFC 7515), strict as RFC 8725 asks. The only room that names josekit. It tells our own keys and
//! tokens from those of others, and does not know what a claim means.

mod error;
mod foreign_jws;
mod foreign_key;
mod header;
mod imported;
mod jwk;
mod jws;
mod key_set;
mod private_jwk;
mod pss;
mod rsa;
mod signer;
#[cfg(test)]
mod tests;
mod thumbprint;
mod verifier;

pub use error::{JoseError, JwsError, KeySetError};
pub use foreign_jws::ForeignJws;
pub use header::Header;
pub use imported::{ImportError, ImportedKey};
pub use jwk::PublicJwk;
pub use jws::{MAX_LENGTH, UnverifiedJws};
pub use key_set::{ForeignKeySet, MOST_KEYS};
pub use private_jwk::PrivateJwk;
pub use signer::Signer;
pub use verifier::Verifier;
