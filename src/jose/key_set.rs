//! Owns a set of somebody else's public keys (RFC 7517 §5), and which of them may have signed a token: the key that the
//! token names, or the few that could be meant (RFC 8725 §3.1). It does not fetch.

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::error::{JwsError, KeySetError};
use super::foreign_jws::ForeignJws;
use super::foreign_key::ForeignKey;
use crate::base::strict_json;
use crate::protocol::algorithm::VerifiedAlgorithm;

/// The most keys that a set may have.
pub const MOST_KEYS: usize = 20;
/// A set, its list, a key, and lists of texts in it.
const DEPTH: usize = 8;

/// Public keys that are ready to verify; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKeySet(Vec<ForeignKey>);

impl ForeignKeySet {
    /// Reads a set from its JSON text, strictly.
    pub fn from_json(json: &[u8]) -> Result<Self, KeySetError> {
        Self::from_members(&strict_json::object(json, DEPTH).ok_or(KeySetError::Shape)?)
    }

    /// Reads a set. Keys that are for something else than what is verified here are left out; private, symmetric and
    /// weak ones are not forgiven.
    pub fn from_members(document: &Map<String, Value>) -> Result<Self, KeySetError> {
        let keys = document
            .get("keys")
            .and_then(Value::as_array)
            .ok_or(KeySetError::Shape)?;
        if keys.len() > MOST_KEYS {
            return Err(KeySetError::TooMany);
        }
        let mut usable = Vec::new();
        for (position, key) in (1..).zip(keys) {
            let jwk = key.as_object().ok_or(KeySetError::Key { position })?;
            usable.extend(ForeignKey::read(jwk, position)?);
        }
        if usable.is_empty() {
            return Err(KeySetError::NoKey);
        }
        Ok(Self(usable))
    }

    /// Whether a key of the set verifies such signatures.
    #[must_use]
    pub fn verifies(&self, algorithm: VerifiedAlgorithm) -> bool {
        self.0.iter().any(|key| key.verifies(algorithm))
    }

    /// Whether a key of the set may have signed the token.
    #[must_use]
    fn has_key_for(&self, token: &ForeignJws) -> bool {
        self.candidates(token).next().is_some()
    }

    /// The claims of a token that a key of the set has signed.
    pub fn verify<'a>(&self, token: &'a ForeignJws) -> Result<&'a Map<String, Value>, JwsError> {
        if !self.has_key_for(token) {
            return Err(JwsError::NoKey);
        }
        if self.candidates(token).any(|key| key.has_signed(token)) {
            Ok(token.claims())
        } else {
            Err(JwsError::Signature)
        }
    }

    /// The keys of the token's name, or those without a name if none has it; all if the token names none.
    fn candidates<'a>(&'a self, token: &'a ForeignJws) -> impl Iterator<Item = &'a ForeignKey> {
        let named = token
            .key_id()
            .filter(|name| self.0.iter().any(|key| key.key_id() == Some(*name)));
        self.0
            .iter()
            .filter(move |key| match (token.key_id(), named) {
                (None, _) => true,
                (Some(_), Some(name)) => key.key_id() == Some(name),
                (Some(_), None) => key.key_id().is_none(),
            })
            .filter(|key| key.verifies(token.algorithm()))
    }
}

impl Serialize for ForeignKeySet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let keys: Vec<_> = self.0.iter().map(ForeignKey::to_members).collect();
        json!({ "keys": keys }).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ForeignKeySet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Object(document) => Self::from_members(&document).map_err(D::Error::custom),
            _ => Err(D::Error::custom(KeySetError::Shape)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{PrivateJwk, Signer};
    use super::*;
    use crate::protocol::algorithm::{Algorithm, RsaBits};

    fn set(keys: &[Value]) -> Result<ForeignKeySet, KeySetError> {
        ForeignKeySet::from_json(json!({ "keys": keys }).to_string().as_bytes())
    }

    fn pair(algorithm: Algorithm) -> (Signer, Value) {
        let private = PrivateJwk::generate(algorithm, RsaBits::default()).unwrap();
        let public = Value::Object(private.public().to_members());
        (Signer::new(&private).unwrap(), public)
    }

    fn token(signer: &Signer) -> ForeignJws {
        ForeignJws::parse(&signer.sign("JWT", &json!({"sub": "app"})).unwrap()).unwrap()
    }

    #[test]
    fn a_name_picks_the_key_and_no_name_is_picked_only_if_no_key_has_it() {
        let (signer, named) = pair(Algorithm::ES256);
        let (other_signer, mut other) = pair(Algorithm::ES256);
        let mut nameless = named.clone();
        nameless.as_object_mut().unwrap().remove("kid");
        for keys in [
            vec![named.clone()],
            vec![other.clone(), named.clone()],
            vec![nameless.clone()],
        ] {
            let keys = set(&keys).unwrap();
            assert_eq!(keys.verify(&token(&signer)).unwrap()["sub"], "app");
        }
        let others = set(&[other.clone()]).unwrap();
        assert_eq!(others.verify(&token(&signer)), Err(JwsError::NoKey));
        other["kid"] = named["kid"].clone();
        let misnamed = set(&[other, nameless]).unwrap();
        assert_eq!(misnamed.verify(&token(&signer)), Err(JwsError::Signature));
        assert_eq!(misnamed.verify(&token(&other_signer)), Err(JwsError::Signature));
    }

    #[test]
    fn an_rsa_key_is_as_large_as_its_number_and_has_an_exponent() {
        let (_, rsa) = pair(Algorithm::RS256);
        assert!(
            set(std::slice::from_ref(&rsa))
                .unwrap()
                .verifies(VerifiedAlgorithm::RS256)
        );
        let mut general = rsa.clone();
        general.as_object_mut().unwrap().remove("alg");
        assert!(set(&[general]).unwrap().verifies(VerifiedAlgorithm::PS256));
        let mut padded = rsa.clone();
        padded["n"] = format!("{}{}", "A".repeat(300), "____").into();
        assert_eq!(
            set(&[padded]),
            Err(KeySetError::RsaSize {
                position: 1,
                bits: 24
            })
        );
        for exponent in ["AQ", "AAAAAQ", "AA", "", "Ag", "AQAAAAAAAAAB"] {
            let mut broken = rsa.clone();
            broken["e"] = exponent.into();
            assert_eq!(
                set(&[broken]),
                Err(KeySetError::Key { position: 1 }),
                "{exponent:?}"
            );
        }
    }

    #[test]
    fn what_is_for_something_else_is_passed_over() {
        let (_, mine) = pair(Algorithm::EdDsa);
        for (name, value) in [
            ("use", json!("enc")),
            ("key_ops", json!(["sign"])),
            ("key_ops", json!("verify")),
            ("alg", json!("RS256")),
            ("alg", json!("ES384")),
            ("kty", json!("AKP")),
            ("crv", json!("Ed448")),
        ] {
            let mut other = mine.clone();
            other[name] = value;
            assert_eq!(set(&[other.clone()]), Err(KeySetError::NoKey), "{name}");
            assert_eq!(
                set(&[other, mine.clone()]),
                set(std::slice::from_ref(&mine)),
                "{name}"
            );
        }
    }
}
