//! Owns the checking of signatures: a key verifies only its own algorithm and its own name (RFC 8725 §3.1, §3.10),
//! and only what it has verified is read. It does not know time, issuer or audience.

use josekit::jws::{ES256, ES384, EdDSA, JwsVerifier, PS256, RS256};
use serde_json::{Map, Value};

use super::error::{JoseError, JwsError};
use super::jwk::PublicJwk;
use super::jws::UnverifiedJws;
use crate::base::id::KeyId;
use crate::base::strict_json;
use crate::protocol::algorithm::Algorithm;

/// The most objects and arrays that a payload may nest.
const DEPTH: usize = 32;

/// A public key that is ready to verify.
#[derive(Debug)]
pub struct Verifier {
    algorithm: Algorithm,
    key_id: KeyId,
    key: Box<dyn JwsVerifier>,
}

impl Verifier {
    /// Parses a key.
    pub fn new(public: &PublicJwk) -> Result<Self, JoseError> {
        let jwk = public.to_jwk()?;
        let key: Box<dyn JwsVerifier> = match public.algorithm() {
            Algorithm::RS256 => Box::new(RS256.verifier_from_jwk(&jwk).map_err(JoseError::Key)?),
            Algorithm::PS256 => Box::new(PS256.verifier_from_jwk(&jwk).map_err(JoseError::Key)?),
            Algorithm::ES256 => Box::new(ES256.verifier_from_jwk(&jwk).map_err(JoseError::Key)?),
            Algorithm::ES384 => Box::new(ES384.verifier_from_jwk(&jwk).map_err(JoseError::Key)?),
            Algorithm::EdDsa => Box::new(EdDSA.verifier_from_jwk(&jwk).map_err(JoseError::Key)?),
        };
        Ok(Self {
            algorithm: public.algorithm(),
            key_id: public.key_id().clone(),
            key,
        })
    }

    /// The claims of a token that this key has signed.
    pub fn verify(&self, token: &UnverifiedJws<'_>) -> Result<Map<String, Value>, JwsError> {
        if token.header().algorithm() != self.algorithm {
            return Err(JwsError::Algorithm);
        }
        if *token.header().key_id() != self.key_id {
            return Err(JwsError::KeyId);
        }
        self.key
            .verify(token.signed().as_bytes(), token.signature())
            .map_err(|_| JwsError::Signature)?;
        strict_json::object(&token.payload()?, DEPTH).ok_or(JwsError::Payload)
    }
}
