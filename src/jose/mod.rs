//! Signed tokens as such: JSON Web Keys (RFC 7517), their thumbprints (RFC 7638) and compact JSON Web Signatures
//! (RFC 7515), strict as RFC 8725 asks. The only room that names josekit. It knows neither which keys are ours nor
//! what a claim means.

mod error;
mod header;
mod jwk;
mod jws;
mod private_jwk;
mod signer;
#[cfg(test)]
mod tests;
mod thumbprint;
mod verifier;

pub use error::{JoseError, JwsError};
pub use header::Header;
pub use jwk::PublicJwk;
pub use jws::{MAX_LENGTH, UnverifiedJws};
pub use private_jwk::PrivateJwk;
pub use signer::Signer;
pub use verifier::Verifier;
