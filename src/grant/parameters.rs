//! Owns how a grant type reads what the client presents. The token endpoint has read the body: each name once, no value
//! empty.

use crate::protocol::error::{ErrorCode, ProtocolError};

/// The parameters of a token request by name.
#[derive(Clone, Copy)]
pub struct GrantParameters<'a>(&'a (dyn Fn(&str) -> Option<&'a str> + Send + Sync));

impl<'a> GrantParameters<'a> {
    /// What a look-up finds.
    #[must_use]
    pub const fn new(look_up: &'a (dyn Fn(&str) -> Option<&'a str> + Send + Sync)) -> Self {
        Self(look_up)
    }

    /// A parameter that may be left out.
    pub(super) fn get(self, name: &str) -> Option<&'a str> {
        self.0(name)
    }

    /// A parameter that may not.
    pub(super) fn require(self, name: &'static str, missing: &'static str) -> Result<&'a str, ProtocolError> {
        self.get(name)
            .ok_or_else(|| ProtocolError::new(ErrorCode::InvalidRequest, missing).about(name))
    }
}
