//! Owns what a key is made of: all of it, or only the part that verifies, which another provider's key can be.

use crate::jose::{JoseError, PrivateJwk, PublicJwk, Signer};

/// A key as it was sealed. Keys that sign elsewhere, in an HSM or a key service, would be another variant.
pub(super) enum Material {
    /// It can sign.
    Private(PrivateJwk),
    /// It verifies, and signs nothing.
    Public(PublicJwk),
}

impl Material {
    /// The part that is published.
    pub(super) const fn public(&self) -> &PublicJwk {
        match self {
            Self::Private(key) => key.public(),
            Self::Public(key) => key,
        }
    }

    /// What signs with it; none for a key that only verifies.
    pub(super) fn signer(&self) -> Result<Option<Signer>, JoseError> {
        match self {
            Self::Private(key) => Signer::new(key).map(Some),
            Self::Public(_) => Ok(None),
        }
    }
}

impl From<PrivateJwk> for Material {
    fn from(key: PrivateJwk) -> Self {
        Self::Private(key)
    }
}
