//! Owns which algorithms there are keys for, which of them is taken where nobody chooses, and how large RSA keys are.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::ConfigError;
use crate::protocol::algorithm::{Algorithm, RsaBits};

/// `[signing]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SigningSettings {
    /// What is signed with, published and named by discovery.
    pub algorithms: Vec<Algorithm>,
    /// What is published, and signs nothing: on its way out, or for keys of another provider.
    pub also_published: Vec<Algorithm>,
    /// The algorithm of access tokens whose resource and client choose none.
    pub access_token_algorithm: Algorithm,
    /// The algorithm of ID tokens of clients that are registered from now on and choose none.
    pub id_token_algorithm: Algorithm,
    /// The size of the RSA keys that are made from now on.
    pub rsa_bits: RsaBits,
    /// Whether a server without RS256 is refused (OpenID Connect Discovery §3).
    pub require_rs256: bool,
}

impl Default for SigningSettings {
    fn default() -> Self {
        Self {
            algorithms: vec![Algorithm::RS256, Algorithm::ES256, Algorithm::EdDsa],
            also_published: Vec::new(),
            access_token_algorithm: Algorithm::ES256,
            id_token_algorithm: Algorithm::RS256,
            rsa_bits: RsaBits::default(),
            require_rs256: true,
        }
    }
}

impl SigningSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key, advice| Err(ConfigError::OutOfRange { key, advice });
        if self.require_rs256 && !self.signs(Algorithm::RS256) {
            return wrong(
                "signing.algorithms",
                "RS256 is left out, which OpenID Connect Discovery requires for ID tokens; a server without it is \
                 possible where every client registers another algorithm: signing.require_rs256 = false",
            );
        }
        if !self.signs(self.access_token_algorithm) {
            return wrong(
                "signing.access_token_algorithm",
                "it is not one of signing.algorithms: add it there, or choose another default for access tokens",
            );
        }
        if !self.signs(self.id_token_algorithm) {
            return wrong(
                "signing.id_token_algorithm",
                "it is not one of signing.algorithms: add it there, or choose another default for ID tokens",
            );
        }
        let named: Vec<Algorithm> = self
            .algorithms
            .iter()
            .chain(&self.also_published)
            .copied()
            .collect();
        let each: HashSet<Algorithm> = named.iter().copied().collect();
        if each.len() < named.len() {
            return wrong(
                "signing.algorithms",
                "an algorithm stands twice: name each once, in signing.algorithms or in signing.also_published",
            );
        }
        Ok(())
    }

    /// Whether keys of this algorithm sign.
    #[must_use]
    pub fn signs(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// Whether keys of this algorithm are in the set that verifiers fetch.
    #[must_use]
    pub fn publishes(&self, algorithm: Algorithm) -> bool {
        self.signs(algorithm) || self.also_published.contains(&algorithm)
    }

    /// The algorithms that nothing is signed with.
    #[must_use]
    pub fn left_out(&self) -> Vec<Algorithm> {
        let mut left_out = Algorithm::ALL.to_vec();
        left_out.retain(|algorithm| !self.signs(*algorithm));
        left_out
    }
}
