//! Owns what a grant ends in. A refusal that leaves a trace is an outcome, not an error, so that the trace is committed.

use std::time::Duration;

use crate::base::id::ClientId;
use crate::base::secret::Secret;
use crate::claims::MintError;
use crate::db::DatabaseError;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::scope::Scope;

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
    /// Without; whatever trace it left is committed.
    Refused(ProtocolError),
}

/// Why a grant was not decided.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// The request says something else than it may: nothing was looked up.
    #[error("{}", .0.description)]
    Request(ProtocolError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Hook or signature failed: whatever the statement did is taken back, and where it could not be, every signer was
    /// at hand before it.
    #[error(transparent)]
    Mint(#[from] MintError),
    /// What is held in memory may have been revoked since it was read.
    #[error("{reason}")]
    Stale {
        /// What went wrong, for the log.
        reason: String,
        /// Whose request it was.
        client: ClientId,
    },
    /// The person's memberships changed while hooks were asked, at every attempt.
    #[error("hook_conflict: the person's memberships changed while the hook was asked")]
    ChangedMeanwhile,
}

impl From<ProtocolError> for GrantError {
    fn from(error: ProtocolError) -> Self {
        Self::Request(error)
    }
}

/// A refusal with `invalid_grant` (RFC 6749 §5.2).
pub(super) const fn invalid_grant(description: &'static str) -> ProtocolError {
    ProtocolError::new(ErrorCode::InvalidGrant, description)
}
