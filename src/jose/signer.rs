//! Owns the making of compact JWS (RFC 7515 §7.1). A key is parsed once; a signature costs one serialisation of the
//! claims and one signing. It does not know what the claims mean.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jws::{ES256, ES384, EdDSA, JwsSigner, PS256, RS256};
use serde::Serialize;

use super::error::JoseError;
use super::jws::{MAX_LENGTH, UnverifiedJws};
use super::private_jwk::PrivateJwk;
use super::verifier::Verifier;
use crate::base::id::KeyId;
use crate::protocol::algorithm::Algorithm;

/// A private key that is ready to sign.
pub struct Signer {
    algorithm: Algorithm,
    key_id: KeyId,
    place: Place,
}

/// Where a signature is made. A key of a key management service or of an HSM is a variant of its own: everything that
/// signs goes through [`Signer::sign`], and what is before and after it stays.
enum Place {
    /// In this process, whose memory the private key is in.
    Here(Box<dyn JwsSigner>),
}

impl Place {
    fn of(private: &PrivateJwk) -> Result<Self, JoseError> {
        let jwk = private.jwk();
        let key: Box<dyn JwsSigner> = match private.public().algorithm() {
            Algorithm::RS256 => Box::new(RS256.signer_from_jwk(jwk).map_err(JoseError::Key)?),
            Algorithm::PS256 => Box::new(PS256.signer_from_jwk(jwk).map_err(JoseError::Key)?),
            Algorithm::ES256 => Box::new(ES256.signer_from_jwk(jwk).map_err(JoseError::Key)?),
            Algorithm::ES384 => Box::new(ES384.signer_from_jwk(jwk).map_err(JoseError::Key)?),
            Algorithm::EdDsa => Box::new(EdDSA.signer_from_jwk(jwk).map_err(JoseError::Key)?),
        };
        Ok(Self::Here(key))
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, JoseError> {
        match self {
            Self::Here(key) => key.sign(message).map_err(JoseError::Signing),
        }
    }

    /// How long a signature is.
    fn signature_length(&self) -> usize {
        match self {
            Self::Here(key) => key.signature_len(),
        }
    }
}

#[derive(Serialize)]
struct ProtectedHeader<'a> {
    alg: &'static str,
    kid: &'a str,
    typ: &'a str,
}

impl Signer {
    /// Parses a key, and proves by one signature that its public part is its own.
    pub fn new(private: &PrivateJwk) -> Result<Self, JoseError> {
        let public = private.public();
        let signer = Self {
            algorithm: public.algorithm(),
            key_id: public.key_id().clone(),
            place: Place::of(private)?,
        };
        let proof = signer.sign("proof", &serde_json::Map::new())?;
        let verifier = Verifier::new(public)?;
        UnverifiedJws::parse(&proof)
            .and_then(|proof| verifier.verify(&proof))
            .map_err(|_| JoseError::Pair)?;
        Ok(signer)
    }

    /// Its algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Its name.
    #[must_use]
    pub const fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// Signs claims as a compact JWS whose header says `alg`, `kid` and `typ`.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, JoseError> {
        let header = ProtectedHeader {
            alg: self.algorithm.name(),
            kid: self.key_id.as_str(),
            typ,
        };
        let header = serde_json::to_vec(&header).map_err(JoseError::Claims)?;
        let claims = serde_json::to_vec(claims).map_err(JoseError::Claims)?;
        let bytes = header.len() + claims.len() + self.place.signature_length();
        let mut token = String::with_capacity(bytes / 3 * 4 + 16);
        URL_SAFE_NO_PAD.encode_string(&header, &mut token);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(&claims, &mut token);
        let signature = self.sign_bytes(token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(&signature, &mut token);
        if token.len() > MAX_LENGTH {
            return Err(JoseError::TooLong);
        }
        Ok(token)
    }

    pub(super) fn sign_bytes(&self, message: &[u8]) -> Result<Vec<u8>, JoseError> {
        self.place.sign(message)
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Signer({} {})", self.algorithm.name(), self.key_id)
    }
}
