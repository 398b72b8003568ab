//! Owns private JWKs: making one, and its JSON form for sealing. Our own copies are wiped on drop; those inside
//! josekit while it parses are not in our hands. It does not know where a key is kept.

use josekit::jwk::Jwk;
use josekit::jwk::alg::{ec::EcCurve, ed::EdCurve};
use serde_json::{Map, Value};
use zeroize::{Zeroize as _, Zeroizing};

use super::error::JoseError;
use super::jwk::{PublicJwk, required};
use super::thumbprint::thumbprint;
use crate::protocol::algorithm::{Algorithm, RsaBits};

/// A private signature key with its public part.
pub struct PrivateJwk {
    jwk: Jwk,
    public: PublicJwk,
}

impl PrivateJwk {
    /// Makes a key; its `kid` is its thumbprint. RSA takes 100 ms with 2048 bits, and seconds with 4096: call it on a
    /// thread that may block.
    pub fn generate(algorithm: Algorithm, rsa_bits: RsaBits) -> Result<Self, JoseError> {
        let mut jwk = match algorithm {
            Algorithm::RS256 | Algorithm::PS256 => Jwk::generate_rsa_key(rsa_bits.get()),
            Algorithm::ES256 => Jwk::generate_ec_key(EcCurve::P256),
            Algorithm::ES384 => Jwk::generate_ec_key(EcCurve::P384),
            Algorithm::EdDsa => Jwk::generate_ed_key(EdCurve::Ed25519),
        }
        .map_err(JoseError::Key)?;
        let key_id = thumbprint(&required(jwk.as_ref(), algorithm)?)?;
        jwk.set_key_id(key_id.as_str());
        jwk.set_algorithm(algorithm.name());
        jwk.set_key_use("sig");
        let public = PublicJwk::of(jwk.as_ref())?;
        Ok(Self { jwk, public })
    }

    /// Reads a private JWK that names its algorithm and itself.
    pub fn from_json(json: &[u8]) -> Result<Self, JoseError> {
        let jwk = Jwk::from_bytes(json).map_err(JoseError::Key)?;
        let public = PublicJwk::of(jwk.as_ref())?;
        Ok(Self { jwk, public })
    }

    /// The JWK as JSON, to be sealed.
    pub fn to_json(&self) -> Result<Zeroizing<Vec<u8>>, JoseError> {
        // Large enough for RSA, so that growing leaves no copy behind.
        let mut json = Zeroizing::new(Vec::with_capacity(8192));
        serde_json::to_writer(&mut *json, self.jwk.as_ref()).map_err(JoseError::Claims)?;
        Ok(json)
    }

    /// The public part.
    #[must_use]
    pub const fn public(&self) -> &PublicJwk {
        &self.public
    }

    pub(super) const fn jwk(&self) -> &Jwk {
        &self.jwk
    }
}

impl Drop for PrivateJwk {
    fn drop(&mut self) {
        let mut members: Map<String, Value> = std::mem::replace(&mut self.jwk, Jwk::new("oct")).into();
        for value in members.values_mut() {
            if let Value::String(text) = value {
                text.zeroize();
            }
        }
    }
}

impl std::fmt::Debug for PrivateJwk {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "PrivateJwk({})", self.public.key_id())
    }
}
