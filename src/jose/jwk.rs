//! Owns the public JWK (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2) as we publish and accept it: `kid`, `alg` and `use`
//! always, the members that its algorithm needs, and no other. It does not know who holds the private key.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value};

use super::error::JoseError;
use super::rsa;
use super::thumbprint::thumbprint;
use crate::base::id::KeyId;
use crate::protocol::algorithm::Algorithm;

/// Members that only a private or symmetric key has.
pub(super) const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
/// RFC 7518 §3.3 asks for 2048 bits; above 8192 verifying becomes a burden.
const RSA_MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// A public signature key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicJwk {
    algorithm: Algorithm,
    key_id: KeyId,
    members: BTreeMap<&'static str, String>,
}

impl PublicJwk {
    /// Reads a public JWK that names its algorithm and itself. Members that we do not know are left out.
    pub fn from_members(jwk: &Map<String, Value>) -> Result<Self, JoseError> {
        match PRIVATE.into_iter().find(|name| jwk.contains_key(*name)) {
            Some(name) => Err(JoseError::Private(name)),
            None => Self::of(jwk),
        }
    }

    /// The public part of a JWK that may be private.
    pub(super) fn of(jwk: &Map<String, Value>) -> Result<Self, JoseError> {
        let algorithm = text(jwk, "alg")
            .and_then(Algorithm::parse)
            .ok_or(JoseError::Member("alg"))?;
        let key_id = text(jwk, "kid")
            .filter(|kid| !kid.is_empty())
            .ok_or(JoseError::Member("kid"))?;
        if jwk.contains_key("use") && text(jwk, "use") != Some("sig") {
            return Err(JoseError::Member("use"));
        }
        Ok(Self {
            algorithm,
            key_id: KeyId::from_text(key_id),
            members: required(jwk, algorithm)?,
        })
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

    /// Its thumbprint (RFC 7638), which is its name if we made it.
    pub fn thumbprint(&self) -> Result<KeyId, JoseError> {
        thumbprint(&self.members)
    }

    /// Its members, as JSON.
    #[must_use]
    pub fn to_members(&self) -> Map<String, Value> {
        let described = [
            ("kid", self.key_id.as_str()),
            ("alg", self.algorithm.name()),
            ("use", "sig"),
        ];
        self.members
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .chain(described)
            .map(|(name, value)| (name.to_owned(), Value::from(value)))
            .collect()
    }

    /// How many bits the modulus of an RSA key has; none for another key.
    #[must_use]
    pub fn rsa_bits(&self) -> Option<usize> {
        rsa::modulus_bits(self.members.get("n")?)
    }

    pub(super) fn to_jwk(&self) -> Result<Jwk, JoseError> {
        Jwk::from_map(self.to_members()).map_err(JoseError::Key)
    }
}

impl Serialize for PublicJwk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = self.to_members();
        let mut map = serializer.serialize_map(Some(members.len()))?;
        for (name, value) in &members {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// The members that make the key, checked against the algorithm.
pub(super) fn required(
    jwk: &Map<String, Value>,
    algorithm: Algorithm,
) -> Result<BTreeMap<&'static str, String>, JoseError> {
    let (kty, crv, coordinates): (_, _, &[&'static str]) = match algorithm {
        Algorithm::RS256 | Algorithm::PS256 => ("RSA", None, &["e", "n"]),
        Algorithm::ES256 => ("EC", Some("P-256"), &["x", "y"]),
        Algorithm::ES384 => ("EC", Some("P-384"), &["x", "y"]),
        Algorithm::EdDsa => ("OKP", Some("Ed25519"), &["x"]),
    };
    let coordinate = if algorithm == Algorithm::ES384 { 48 } else { 32 };
    let mut members = BTreeMap::new();
    for (name, expected) in [("kty", Some(kty)), ("crv", crv)] {
        if let Some(expected) = expected {
            if text(jwk, name) != Some(expected) {
                return Err(JoseError::Member(name));
            }
            members.insert(name, expected.to_owned());
        }
    }
    for name in coordinates {
        let value = text(jwk, name).ok_or(JoseError::Member(name))?;
        let length = URL_SAFE_NO_PAD.decode(value).map_or(0, |bytes| bytes.len());
        let fits = match *name {
            "n" => RSA_MODULUS_BYTES.contains(&length),
            "e" => length > 0,
            _ => length == coordinate,
        };
        if !fits {
            return Err(JoseError::Member(name));
        }
        members.insert(name, value.to_owned());
    }
    Ok(members)
}

pub(super) fn text<'a>(jwk: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    jwk.get(name).and_then(Value::as_str)
}
