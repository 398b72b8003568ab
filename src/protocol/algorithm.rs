//! Owns the names of signature algorithms: those we sign with, and those of others that we verify (RFC 7518 §3.1,
//! RFC 8037 §3.1).

use serde::{Deserialize, Serialize};

/// A signature algorithm of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256: every relying party knows it, and Discovery requires it.
    RS256,
    /// RSASSA-PSS with SHA-256. Its keys are none of RS256's.
    PS256,
    /// ECDSA on P-256 with SHA-256: what access tokens are signed with unless configuration says otherwise.
    ES256,
    /// ECDSA on P-384 with SHA-384.
    ES384,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Algorithm {
    /// Every algorithm that a key can be kept for, in our order of naming them.
    pub const ALL: [Self; 5] = [Self::RS256, Self::PS256, Self::ES256, Self::ES384, Self::EdDsa];

    /// The `alg` value.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::PS256 => "PS256",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm of an `alg` value; case matters.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// Whether its keys are RSA keys, which have a size.
    #[must_use]
    pub const fn is_rsa(self) -> bool {
        matches!(self, Self::RS256 | Self::PS256)
    }

    /// Their names, for people: `RS256, ES256`.
    #[must_use]
    pub fn names(algorithms: &[Self]) -> String {
        let names: Vec<&str> = algorithms.iter().map(|algorithm| algorithm.name()).collect();
        names.join(", ")
    }
}

/// How long the modulus of an RSA key is that we make: 2048, 3072 or 4096 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct RsaBits(u32);

impl RsaBits {
    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Default for RsaBits {
    fn default() -> Self {
        Self(2048)
    }
}

/// No key of this size is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("RSA keys of 2048, 3072 or 4096 bits are made, not of {0}")]
pub struct RsaBitsError(u32);

impl TryFrom<u32> for RsaBits {
    type Error = RsaBitsError;

    fn try_from(bits: u32) -> Result<Self, Self::Error> {
        match bits {
            2048 | 3072 | 4096 => Ok(Self(bits)),
            other => Err(RsaBitsError(other)),
        }
    }
}

impl From<RsaBits> for u32 {
    fn from(bits: RsaBits) -> Self {
        bits.0
    }
}

/// A signature algorithm of somebody else's: what a client signs its assertions with. None of them is symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum VerifiedAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256,
    /// RSASSA-PSS with SHA-256.
    PS256,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// ECDSA on P-384 with SHA-384.
    ES384,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl VerifiedAlgorithm {
    /// Every algorithm that is verified.
    pub const ALL: [Self; 5] = [Self::RS256, Self::PS256, Self::ES256, Self::ES384, Self::EdDsa];

    /// The `alg` value.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::PS256 => "PS256",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm of an `alg` value; case matters.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The algorithm of ours that has keys of the same kind.
    #[must_use]
    pub const fn of_the_same_kind(self) -> Algorithm {
        match self {
            Self::RS256 | Self::PS256 => Algorithm::RS256,
            Self::ES256 => Algorithm::ES256,
            Self::ES384 => Algorithm::ES384,
            Self::EdDsa => Algorithm::EdDsa,
        }
    }
}
