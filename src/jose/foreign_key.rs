//! Owns a public key of somebody else's (RFC 7517 §4): `kid`, `alg` and `use` may be missing, and what it may verify
//! follows from its kind (RFC 8725 §3.1). It does not know whose it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use josekit::jwk::Jwk;
use josekit::jws::{ES256, ES384, EdDSA, JwsVerifier, PS256, RS256};
use serde_json::{Map, Value};

use super::error::KeySetError;
use super::foreign_jws::ForeignJws;
use super::jwk::{PRIVATE, required, text};
use super::rsa::{self, RsaProblem};
use crate::base::id::KeyId;
use crate::protocol::algorithm::VerifiedAlgorithm;

const LONGEST_KEY_ID: usize = 256;

/// A public key that is ready to verify.
#[derive(Debug, Clone)]
pub(super) struct ForeignKey {
    key_id: Option<KeyId>,
    algorithm: Option<VerifiedAlgorithm>,
    members: BTreeMap<&'static str, String>,
    verifiers: Vec<Verifying>,
}

/// An algorithm, and what verifies it with the key.
type Verifying = (VerifiedAlgorithm, Arc<dyn JwsVerifier>);

impl PartialEq for ForeignKey {
    fn eq(&self, other: &Self) -> bool {
        self.key_id == other.key_id && self.algorithm == other.algorithm && self.members == other.members
    }
}

impl Eq for ForeignKey {}

impl ForeignKey {
    /// Reads a key; none if it is for something that is not done here (RFC 7517 §5). Members that we do not know are
    /// left out.
    pub(super) fn read(jwk: &Map<String, Value>, position: usize) -> Result<Option<Self>, KeySetError> {
        if let Some(member) = PRIVATE.into_iter().find(|name| jwk.contains_key(*name)) {
            return Err(KeySetError::Private { position, member });
        }
        let broken = KeySetError::Key { position };
        let Some(possible) = possible(jwk) else {
            return Ok(None);
        };
        if possible.contains(&VerifiedAlgorithm::RS256) {
            check_rsa(jwk, position)?;
        }
        let algorithm = match jwk.get("alg") {
            None => None,
            Some(named) => match named.as_str().and_then(VerifiedAlgorithm::parse) {
                Some(algorithm) if possible.contains(&algorithm) => Some(algorithm),
                _ => return Ok(None),
            },
        };
        let key_id = match jwk.get("kid") {
            None => None,
            Some(Value::String(kid)) if (1..=LONGEST_KEY_ID).contains(&kid.len()) => {
                Some(KeyId::from_text(kid.as_str()))
            }
            Some(_) => return Err(broken),
        };
        let kind = possible.first().ok_or_else(|| broken.clone())?.of_the_same_kind();
        let members = required(jwk, kind).map_err(|_| broken.clone())?;
        let used: Vec<_> = possible
            .iter()
            .copied()
            .filter(|one| algorithm.is_none_or(|named| named == *one))
            .collect();
        let verifiers = verifiers(&members, &used).map_err(|_| broken)?;
        Ok(Some(Self {
            key_id,
            algorithm,
            members,
            verifiers,
        }))
    }

    /// Its name, if it has one.
    pub(super) const fn key_id(&self) -> Option<&KeyId> {
        self.key_id.as_ref()
    }

    /// Whether it verifies such signatures.
    pub(super) fn verifies(&self, algorithm: VerifiedAlgorithm) -> bool {
        self.verifiers.iter().any(|(one, _)| *one == algorithm)
    }

    /// Whether it has signed the token.
    pub(super) fn has_signed(&self, token: &ForeignJws) -> bool {
        self.verifiers
            .iter()
            .filter(|(algorithm, _)| *algorithm == token.algorithm())
            .any(|(_, verifier)| verifier.verify(token.signed(), token.signature()).is_ok())
    }

    /// Its members, as JSON.
    pub(super) fn to_members(&self) -> Map<String, Value> {
        let described = [
            ("kid", self.key_id.as_ref().map(KeyId::as_str)),
            ("alg", self.algorithm.map(VerifiedAlgorithm::name)),
            ("use", Some("sig")),
        ];
        self.members
            .iter()
            .map(|(name, value)| (*name, Some(value.as_str())))
            .chain(described)
            .filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?))))
            .collect()
    }
}

/// What keys of its kind verify; none if that is nothing here, or if the key is for something else.
fn possible(jwk: &Map<String, Value>) -> Option<&'static [VerifiedAlgorithm]> {
    if jwk.contains_key("use") && text(jwk, "use") != Some("sig") {
        return None;
    }
    if let Some(operations) = jwk.get("key_ops") {
        let verifies = |operations: &Vec<Value>| operations.iter().any(|one| one == "verify");
        if !operations.as_array().is_some_and(verifies) {
            return None;
        }
    }
    match (text(jwk, "kty")?, text(jwk, "crv")) {
        ("RSA", _) => Some(&[VerifiedAlgorithm::RS256, VerifiedAlgorithm::PS256]),
        ("EC", Some("P-256")) => Some(&[VerifiedAlgorithm::ES256]),
        ("EC", Some("P-384")) => Some(&[VerifiedAlgorithm::ES384]),
        ("OKP", Some("Ed25519")) => Some(&[VerifiedAlgorithm::EdDsa]),
        _ => None,
    }
}

fn check_rsa(jwk: &Map<String, Value>, position: usize) -> Result<(), KeySetError> {
    rsa::check(jwk).map_err(|problem| match problem {
        RsaProblem::Size(bits) => KeySetError::RsaSize { position, bits },
        RsaProblem::Unreadable | RsaProblem::Exponent => KeySetError::Key { position },
    })
}

fn verifiers(
    members: &BTreeMap<&'static str, String>,
    algorithms: &[VerifiedAlgorithm],
) -> Result<Vec<Verifying>, josekit::JoseError> {
    let members: Map<String, Value> = members
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())))
        .collect();
    let jwk = Jwk::from_map(members)?;
    let verifier = |algorithm| -> Result<Arc<dyn JwsVerifier>, josekit::JoseError> {
        Ok(match algorithm {
            VerifiedAlgorithm::RS256 => Arc::new(RS256.verifier_from_jwk(&jwk)?),
            VerifiedAlgorithm::PS256 => Arc::new(PS256.verifier_from_jwk(&jwk)?),
            VerifiedAlgorithm::ES256 => Arc::new(ES256.verifier_from_jwk(&jwk)?),
            VerifiedAlgorithm::ES384 => Arc::new(ES384.verifier_from_jwk(&jwk)?),
            VerifiedAlgorithm::EdDsa => Arc::new(EdDSA.verifier_from_jwk(&jwk)?),
        })
    };
    algorithms
        .iter()
        .map(|algorithm| Ok((*algorithm, verifier(*algorithm)?)))
        .collect()
}
