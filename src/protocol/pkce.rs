//! Owns Proof Key for Code Exchange (RFC 7636). Only S256 exists here: `plain` is refused everywhere.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::error::{ErrorCode, ProtocolError};
use crate::base::digest;

/// A `code_challenge` of method S256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Reads `code_challenge` and `code_challenge_method`; neither may come without the other, since the default
    /// method would be `plain` (RFC 7636 §4.3).
    pub fn parse(challenge: Option<&str>, method: Option<&str>) -> Result<Option<Self>, ProtocolError> {
        let invalid = |description| Err(ProtocolError::new(ErrorCode::InvalidRequest, description));
        match (challenge, method) {
            (None, None) => Ok(None),
            (Some(challenge), Some("S256")) => {
                // A SHA-256 in base64url is 43 characters, no more and no less.
                if challenge.len() == 43 && challenge.bytes().all(is_base64url) {
                    Ok(Some(Self(challenge.to_owned())))
                } else {
                    invalid("code_challenge is not a base64url SHA-256")
                }
            }
            (Some(_), _) => invalid("code_challenge_method must be S256"),
            (None, Some(_)) => invalid("code_challenge is missing"),
        }
    }

    /// The challenge that a verifier answers (RFC 7636 §4.6), if the verifier has the form of §4.1.
    #[must_use]
    pub fn of_verifier(verifier: &str) -> Option<Self> {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        ((43..=128).contains(&verifier.len()) && verifier.bytes().all(unreserved))
            .then(|| Self(URL_SAFE_NO_PAD.encode(digest::plain_sha256(verifier.as_bytes()))))
    }

    /// The text, as stores bind it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}
