//! Owns what every minting needs beside the request: issuer, keys, lifetimes, and the word of the hook.

use std::sync::Arc;

use crate::config::TokenSettings;
use crate::hook::{HookError, Hooks};
use crate::protocol::issuer::Issuer;
use crate::signing::error::SigningError;
use crate::signing::signing_keys::SigningKeys;

/// Shared by every grant and endpoint that mints or reads a token.
#[derive(Clone)]
pub struct TokenIssuer {
    /// `iss`.
    pub issuer: Arc<Issuer>,
    /// Signing keys and the server's HMAC keys.
    pub keys: SigningKeys,
    /// Lifetimes and claim switches.
    pub settings: Arc<TokenSettings>,
    /// The operators' hooks.
    pub hooks: Hooks,
}

/// Why nothing was minted.
#[derive(Debug, thiserror::Error)]
pub enum MintError {
    /// The hook failed or refused.
    #[error(transparent)]
    Hook(#[from] HookError),
    /// No key, or the library failed.
    #[error(transparent)]
    Signing(#[from] SigningError),
}
