//! Owns what a grant ends in. A refusal is an outcome, not an error, so that the trace it leaves is committed.

use std::time::Duration;

use crate::base::secret::Secret;
use crate::db::DatabaseError;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::scope::Scope;
use crate::token::token_issuer::MintError;

/// Tokens, as the token endpoint answers with them (RFC 6749 §5.1).
#[derive(Debug)]
pub struct Tokens {
    /// `access_token`.
    pub access_token: Secret,
    /// `expires_in`.
    pub expires_in: Duration,
    /// `refresh_token`.
    pub refresh_token: Option<Secret>,
    /// `id_token`.
    pub id_token: Option<Secret>,
    /// `scope`: always named, so that a narrowed one is never a surprise.
    pub scope: Scope,
}

/// How a grant ended.
#[derive(Debug)]
pub enum GrantOutcome {
    /// With tokens.
    Granted(Box<Tokens>),
    /// Without; whatever trace it left must be committed.
    Refused(ProtocolError),
}

/// Why a grant could not be decided.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Hook or signature failed: whatever the statement did is taken back, and where it could not be, every signer was
    /// at hand before it.
    #[error(transparent)]
    Mint(#[from] MintError),
}

/// A refusal with `invalid_grant` (RFC 6749 §5.2).
pub(super) const fn invalid_grant(description: &'static str) -> GrantOutcome {
    GrantOutcome::Refused(ProtocolError::new(ErrorCode::InvalidGrant, description))
}

/// A refusal with another code.
pub(super) const fn refused(code: ErrorCode, description: &'static str) -> GrantOutcome {
    GrantOutcome::Refused(ProtocolError::new(code, description))
}

impl GrantOutcome {
    /// The same refusal, about a parameter.
    pub(super) fn about(self, parameter: &'static str) -> Self {
        match self {
            Self::Refused(error) => Self::Refused(error.about(parameter)),
            granted @ Self::Granted(_) => granted,
        }
    }
}
