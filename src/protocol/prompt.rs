//! Owns the `prompt` parameter (OpenID Connect Core §3.1.2.1, Initiating User Registration via OpenID Connect 1.0 §4).

use serde::{Deserialize, Serialize};

use super::error::{ErrorCode, ProtocolError};

/// Which interactions the client asks for or forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a set of independent flags, as the parameter is"
)]
pub struct Prompt {
    /// No page may be shown.
    pub none: bool,
    /// The person must prove who they are again.
    pub login: bool,
    /// The person must confirm again.
    pub consent: bool,
    /// The person must be able to choose another account.
    pub select_account: bool,
    /// The person wants an account (Initiating User Registration via OpenID Connect 1.0).
    #[serde(default)]
    pub create: bool,
}

impl Prompt {
    /// Every value that is served.
    pub const NAMES: [&'static str; 5] = ["none", "login", "consent", "select_account", "create"];

    /// Reads a space-separated list. `none` with anything else is an error, as the specification has it.
    pub fn parse(text: &str) -> Result<Self, ProtocolError> {
        let mut prompt = Self::default();
        for value in text.split(' ').filter(|value| !value.is_empty()) {
            match value {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                "create" => prompt.create = true,
                _ => {
                    return Err(ProtocolError::new(
                        ErrorCode::InvalidRequest,
                        "prompt has an unknown value",
                    ));
                }
            }
        }
        if prompt.none && (prompt.login || prompt.consent || prompt.select_account || prompt.create) {
            return Err(ProtocolError::new(
                ErrorCode::InvalidRequest,
                "prompt none excludes every other value",
            ));
        }
        Ok(prompt)
    }
}
