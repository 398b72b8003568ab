//! Owns which algorithms there are keys for.

use serde::{Deserialize, Serialize};

use super::ConfigError;
use crate::protocol::algorithm::Algorithm;

/// `[signing]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SigningSettings {
    /// What is signed with, published and named by discovery. RS256 and ES256 are always among them.
    pub algorithms: Vec<Algorithm>,
}

impl Default for SigningSettings {
    fn default() -> Self {
        Self {
            algorithms: Algorithm::ALL.to_vec(),
        }
    }
}

impl SigningSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        // Every relying party knows RS256 (OpenID Connect Core §15.1); ES256 is what access tokens have by default.
        let needed = [Algorithm::RS256, Algorithm::ES256];
        if needed.iter().all(|algorithm| self.algorithms.contains(algorithm)) {
            return Ok(());
        }
        Err(ConfigError::OutOfRange {
            key: "signing.algorithms",
            advice: "RS256 and ES256 cannot be left out; EdDSA can",
        })
    }

    /// The algorithms that are left out.
    pub fn left_out(&self) -> impl Iterator<Item = Algorithm> {
        Algorithm::ALL
            .into_iter()
            .filter(|algorithm| !self.algorithms.contains(algorithm))
    }
}
