//! Owns one immutable picture of our keys: the key that signs for each algorithm, those that verify, and the JWKS
//! document (RFC 7517 §5). It does not know expiry, issuer or audience: a caller checks those in the claims it gets.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value};

pub use super::error::{SigningError, VerificationError};
use super::material::Material;
use super::rotation::{KeyUse, Uses};
use super::server_key::{Purpose, ServerKeys};
use super::verified::{Found, Verified};
use crate::base::digest::{Digest, plain_sha256};
use crate::base::id::KeyId;
use crate::config::SigningSettings;
use crate::jose::{JoseError, PublicJwk, Signer, UnverifiedJws, Verifier};
use crate::protocol::algorithm::Algorithm;

/// Where a signing key is in its life.
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
    /// Ended before its time. Nothing that it signed is believed; a set of keys does not know it.
    Revoked,
}

impl KeyStatus {
    const ALL: [Self; 5] = [
        Self::Active,
        Self::Next,
        Self::Retiring,
        Self::Retired,
        Self::Revoked,
    ];

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Its name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Next => "next",
            Self::Retiring => "retiring",
            Self::Retired => "retired",
            Self::Revoked => "revoked",
        }
    }

    /// Whether it is in the set that verifiers fetch.
    #[must_use]
    pub const fn is_published(self) -> bool {
        !matches!(self, Self::Retired | Self::Revoked)
    }
}

struct KnownKey {
    status: KeyStatus,
    verifier: Verifier,
    used: Arc<KeyUse>,
}

/// What signs, and where that is counted.
struct CountedSigner {
    key_id: KeyId,
    signer: Signer,
    used: Arc<KeyUse>,
}

/// A stored row that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnopenedRow {
    /// The row: a `kid`, or purpose and number.
    pub row: String,
    /// What it says that it signs with; none for a server key.
    pub algorithm: Option<Algorithm>,
    /// Why, with what sealed it.
    pub reason: String,
}

impl UnopenedRow {
    pub(super) fn new(row: String, algorithm: Option<Algorithm>, error: &SigningError) -> Self {
        let source = std::error::Error::source(error).map(ToString::to_string);
        let reason = source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
        tracing::error!(
            key.row = row,
            reason,
            "a stored key cannot be used; the others are"
        );
        Self {
            row,
            algorithm,
            reason,
        }
    }
}

/// Our keys at one moment. A row that does not open is known to be there, and nothing of it is believed: it signs
/// nothing, verifies nothing and is not published.
pub struct KeySet {
    offered: SigningSettings,
    /// Of the algorithms that sign, nothing signs with these yet, and nothing is missing: their first key is yet to be
    /// known to everybody.
    awaited: Vec<Algorithm>,
    signers: HashMap<Algorithm, CountedSigner>,
    known: HashMap<String, KnownKey>,
    published: Vec<String>,
    unopened: Vec<UnopenedRow>,
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
    /// A key of an algorithm that is left out signs nothing, and is published only if configuration says so. What it
    /// signed before is read.
    pub(super) fn new(
        mut keys: Vec<(KeyStatus, Material)>,
        server_keys: ServerKeys,
        mut unopened: Vec<UnopenedRow>,
        offered: &SigningSettings,
    ) -> Result<Self, SigningError> {
        // A stable order gives all replicas the same document, the keys in use first.
        keys.sort_by(|(a_status, a), (b_status, b)| {
            let order = |key: &Material| (key.public().algorithm().name(), key.public().key_id().clone());
            a_status.cmp(b_status).then_with(|| order(a).cmp(&order(b)))
        });
        let mut signers = HashMap::new();
        let mut known = HashMap::new();
        keys.retain(|(status, key)| {
            let key_id = key.public().key_id().clone();
            let name = key_id.as_str().to_owned();
            match parts(*status, key) {
                Ok((signer, verifier)) => {
                    let used = Arc::<KeyUse>::default();
                    let signer = signer.filter(|signer| offered.signs(signer.algorithm()));
                    signers.extend(signer.map(|signer| {
                        let used = Arc::clone(&used);
                        (signer.algorithm(), CountedSigner { key_id, signer, used })
                    }));
                    let status = *status;
                    known.insert(
                        name,
                        KnownKey {
                            status,
                            verifier,
                            used,
                        },
                    );
                    true
                }
                Err(error) => {
                    unopened.push(UnopenedRow::new(
                        name,
                        Some(key.public().algorithm()),
                        &error.into(),
                    ));
                    false
                }
            }
        });
        let published: Vec<&PublicJwk> = keys
            .iter()
            .filter(|(status, key)| status.is_published() && offered.publishes(key.public().algorithm()))
            .map(|(_, key)| key.public())
            .collect();
        let names = published
            .iter()
            .map(|key| key.key_id().as_str().to_owned())
            .collect();
        let jwks = serde_json::to_string(&Jwks { keys: published }).map_err(JoseError::Claims)?;
        let hash = URL_SAFE_NO_PAD.encode(plain_sha256(jwks.as_bytes()));
        Ok(Self {
            offered: offered.clone(),
            awaited: Vec::new(),
            signers,
            known,
            published: names,
            unopened,
            jwks: jwks.into(),
            etag: format!("\"{hash}\"").into(),
            server_keys,
            verified: Verified::new(),
        })
    }

    /// The same, with algorithms of which no key signs yet.
    pub(super) fn awaiting(mut self, awaited: Vec<Algorithm>) -> Self {
        self.awaited = awaited;
        self
    }

    /// The same, counted there.
    pub(super) fn counted_by(mut self, uses: &Uses) -> Self {
        for (name, known) in &mut self.known {
            known.used = uses.of(&KeyId::from_text(name.as_str()));
        }
        for signer in self.signers.values_mut() {
            signer.used = uses.of(&signer.key_id);
        }
        self
    }

    /// Signs claims with the active key of an algorithm.
    pub fn sign(
        &self,
        algorithm: Algorithm,
        typ: &str,
        claims: &impl Serialize,
    ) -> Result<String, SigningError> {
        let counted = self
            .signers
            .get(&algorithm)
            .ok_or(SigningError::NoSigner(algorithm))?;
        let signed = counted.signer.sign(typ, claims)?;
        counted.used.signed();
        Ok(signed)
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
        let found = self.verify_by(token, typ, |status| status != KeyStatus::Revoked)?;
        found.used.verified();
        Ok(found.claims)
    }

    fn verify_by(
        &self,
        token: &str,
        typ: &str,
        accepts: impl Fn(KeyStatus) -> bool,
    ) -> Result<Found, VerificationError> {
        let token = UnverifiedJws::parse(token)?;
        // The name is looked up among keys in memory, and nowhere else (RFC 8725 §3.10).
        let name = token.header().key_id().as_str();
        let Some(key) = self.known.get(name).filter(|key| accepts(key.status)) else {
            return Err(if self.unopened.iter().any(|unopened| unopened.row == name) {
                VerificationError::UnopenedKey
            } else {
                VerificationError::UnknownKey
            });
        };
        if !token.header().is_of_type(typ) {
            return Err(VerificationError::Type);
        }
        Ok(Found {
            claims: key.verifier.verify(&token)?,
            used: Arc::clone(&key.used),
        })
    }

    /// The algorithms that can sign now, in our order of naming them: what discovery may advertise.
    #[must_use]
    pub fn algorithms(&self) -> Vec<Algorithm> {
        Algorithm::ALL
            .into_iter()
            .filter(|algorithm| self.signers.contains_key(algorithm))
            .collect()
    }

    /// Whether there is a key that signs with an algorithm.
    #[must_use]
    pub fn signs(&self, algorithm: Algorithm) -> bool {
        self.signers.contains_key(&algorithm)
    }

    /// The algorithm of access tokens for which nobody chose one. A default whose first key is yet to sign, since not every
    /// verifier can know it, leaves them with what signs; where one of its own keys does not open nothing is guessed.
    #[must_use]
    pub fn access_token_algorithm(&self) -> Algorithm {
        let configured = self.offered.access_token_algorithm;
        let damaged = |row: &UnopenedRow| row.algorithm == Some(configured);
        if !self.awaited.contains(&configured) || self.unopened.iter().any(damaged) {
            return configured;
        }
        let others = [Algorithm::ES256].into_iter().chain(Algorithm::ALL);
        others
            .into_iter()
            .find(|other| self.signs(*other))
            .unwrap_or(configured)
    }

    /// Whether nothing is missing that a grant may need whose client and resource want no algorithm that is left out: then
    /// what its completing statement wrote can be answered for, whichever audience the grant turns out to be for.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.server_keys.can_tag(Purpose::RefreshToken)
            && self
                .offered
                .algorithms
                .iter()
                .all(|algorithm| self.signers.contains_key(algorithm) || self.awaited.contains(algorithm))
    }

    /// The algorithms that are offered and of which no key signs yet.
    #[must_use]
    pub fn awaited(&self) -> &[Algorithm] {
        &self.awaited
    }

    /// The keys in the JWKS document, in its order.
    #[must_use]
    pub fn published(&self) -> &[String] {
        &self.published
    }

    /// The keys that sign, in order.
    #[must_use]
    pub fn signing(&self) -> Vec<String> {
        let mut names: Vec<String> = self.signers.values().map(|one| one.key_id.to_string()).collect();
        names.sort_unstable();
        names
    }

    /// The stored rows that cannot be used here.
    #[must_use]
    pub fn unopened(&self) -> &[UnopenedRow] {
        &self.unopened
    }

    /// The rows that are open here, by name, in order: signing keys, then server keys.
    #[must_use]
    pub fn opened(&self) -> Vec<String> {
        let mut names: Vec<String> = self.known.keys().cloned().collect();
        names.sort_unstable();
        let mut numbered: Vec<String> = self.server_keys.names().collect();
        numbered.sort_unstable();
        names.extend(numbered);
        names
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

    /// Refuses to say anything of a tag whose key is stored and does not open here.
    pub fn require_opened(&self, purpose: Purpose, number: i32) -> Result<(), SigningError> {
        if self.server_keys.is_unopened(purpose, number) {
            let row = format!("{}.{number}", purpose.name());
            return Err(SigningError::NotHere { row });
        }
        Ok(())
    }
}

impl std::fmt::Debug for KeySet {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "KeySet({} known keys)", self.known.len())
    }
}

fn parts(status: KeyStatus, key: &Material) -> Result<(Option<Signer>, Verifier), JoseError> {
    let signer = match status {
        KeyStatus::Active => key.signer()?,
        _ => None,
    };
    Ok((signer, Verifier::new(key.public())?))
}
