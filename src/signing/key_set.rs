//! Owns one immutable picture of our keys: the key that signs for each algorithm, those that verify, and the JWKS
//! document (RFC 7517 §5). It does not know expiry, issuer or audience: a caller checks those in the claims it gets.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value};

pub use super::error::{SigningError, VerificationError};
use super::server_key::{Purpose, ServerKeys};
use super::verified::Verified;
use crate::base::digest::{Digest, plain_sha256};
use crate::jose::{JoseError, PrivateJwk, PublicJwk, Signer, UnverifiedJws, Verifier};
use crate::protocol::algorithm::Algorithm;

/// Where a signing key is in its life. A revoked one is not known at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyStatus {
    /// It signs.
    Active,
    /// Published so that verifiers know it before it signs; another replica may have activated it already.
    Next,
    /// It signs no more; what it signed is still valid.
    Retiring,
    /// What it signed has expired; it only recognizes an `id_token_hint`.
    Retired,
}

impl KeyStatus {
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name {
            "active" => Some(Self::Active),
            "next" => Some(Self::Next),
            "retiring" => Some(Self::Retiring),
            "retired" => Some(Self::Retired),
            _ => None,
        }
    }

    const fn is_published(self) -> bool {
        !matches!(self, Self::Retired)
    }
}

struct KnownKey {
    status: KeyStatus,
    verifier: Verifier,
}

/// Our keys at one moment.
pub struct KeySet {
    signers: HashMap<Algorithm, Signer>,
    known: HashMap<String, KnownKey>,
    jwks: Arc<str>,
    etag: Arc<str>,
    server_keys: ServerKeys,
    verified: Verified,
}

#[derive(Serialize)]
struct Jwks<'a> {
    keys: Vec<&'a PublicJwk>,
}

impl KeySet {
    pub(super) fn new(
        mut keys: Vec<(KeyStatus, PrivateJwk)>,
        server_keys: ServerKeys,
    ) -> Result<Self, SigningError> {
        // A stable order gives all replicas the same document, the keys in use first.
        keys.sort_by(|(a_status, a), (b_status, b)| {
            let order = |key: &PrivateJwk| (key.public().algorithm().name(), key.public().key_id().clone());
            a_status.cmp(b_status).then_with(|| order(a).cmp(&order(b)))
        });
        let mut signers = HashMap::new();
        let mut known = HashMap::new();
        for (status, key) in &keys {
            if *status == KeyStatus::Active {
                signers.insert(key.public().algorithm(), Signer::new(key)?);
            }
            let verifier = Verifier::new(key.public())?;
            known.insert(
                key.public().key_id().as_str().to_owned(),
                KnownKey {
                    status: *status,
                    verifier,
                },
            );
        }
        let jwks = render(&keys)?;
        let hash = URL_SAFE_NO_PAD.encode(plain_sha256(jwks.as_bytes()));
        Ok(Self {
            signers,
            known,
            jwks: jwks.into(),
            etag: format!("\"{hash}\"").into(),
            server_keys,
            verified: Verified::new(),
        })
    }

    /// Signs claims with the active key of an algorithm.
    pub fn sign(
        &self,
        algorithm: Algorithm,
        typ: &str,
        claims: &impl Serialize,
    ) -> Result<String, SigningError> {
        let signer = self
            .signers
            .get(&algorithm)
            .ok_or(SigningError::NoSigner(algorithm))?;
        Ok(signer.sign(typ, claims)?)
    }

    /// The claims of a token of this type that a current key of ours has signed. Whether it has expired, and for
    /// whom it is, is not checked here. A signature that was found right is not computed again.
    pub fn verify(&self, token: &str, typ: &str) -> Result<Arc<Map<String, Value>>, VerificationError> {
        self.verified
            .recall(token, typ, || self.verify_by(token, typ, KeyStatus::is_published))
    }

    /// The claims of a token of this type, however old, for `id_token_hint` (Core §3.1.2.1, RP-Initiated Logout §2):
    /// a retired key counts too, a revoked one never does.
    pub fn verify_hint(&self, token: &str, typ: &str) -> Result<Map<String, Value>, VerificationError> {
        self.verify_by(token, typ, |_| true)
    }

    fn verify_by(
        &self,
        token: &str,
        typ: &str,
        accepts: impl Fn(KeyStatus) -> bool,
    ) -> Result<Map<String, Value>, VerificationError> {
        let token = UnverifiedJws::parse(token)?;
        // The name is looked up among keys in memory, and nowhere else (RFC 8725 §3.10).
        let key = self
            .known
            .get(token.header().key_id().as_str())
            .filter(|key| accepts(key.status))
            .ok_or(VerificationError::UnknownKey)?;
        if !token.header().is_of_type(typ) {
            return Err(VerificationError::Type);
        }
        Ok(key.verifier.verify(&token)?)
    }

    /// The algorithms that can sign now, in our order of naming them: what discovery may advertise.
    #[must_use]
    pub fn algorithms(&self) -> Vec<Algorithm> {
        Algorithm::ALL
            .into_iter()
            .filter(|algorithm| self.signers.contains_key(algorithm))
            .collect()
    }

    /// The JWKS document as JSON.
    #[must_use]
    pub const fn jwks(&self) -> &Arc<str> {
        &self.jwks
    }

    /// The document's strong entity tag, with its quotes.
    #[must_use]
    pub const fn jwks_etag(&self) -> &Arc<str> {
        &self.etag
    }

    /// Tags the parts with the newest server key of a purpose, and says its number.
    pub fn tag(&self, purpose: Purpose, parts: &[impl AsRef<[u8]>]) -> Result<(i32, Digest), SigningError> {
        self.server_keys.tag(purpose, parts)
    }

    /// Whether the parts were tagged with the purpose's server key of this number.
    #[must_use]
    pub fn verify_tag(
        &self,
        purpose: Purpose,
        number: i32,
        parts: &[impl AsRef<[u8]>],
        tag: &Digest,
    ) -> bool {
        self.server_keys.verify(purpose, number, parts, tag)
    }
}

impl std::fmt::Debug for KeySet {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "KeySet({} known keys)", self.known.len())
    }
}

fn render(keys: &[(KeyStatus, PrivateJwk)]) -> Result<String, SigningError> {
    let published = keys
        .iter()
        .filter(|(status, _)| status.is_published())
        .map(|(_, key)| key.public())
        .collect();
    let json = serde_json::to_string(&Jwks { keys: published }).map_err(JoseError::Claims)?;
    Ok(json)
}
