//! Owns the grant types that the token endpoint serves (RFC 6749 §4, §6).

use serde::{Deserialize, Serialize};

/// A `grant_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// RFC 6749 §4.1.
    AuthorizationCode,
    /// RFC 6749 §6.
    RefreshToken,
    /// RFC 6749 §4.4.
    ClientCredentials,
}

impl GrantType {
    /// Every grant type that is served.
    pub const ALL: [Self; 3] = [
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::ClientCredentials,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// Whether it gives what a person granted: a service has none of these, and hooks are asked about their tokens.
    #[must_use]
    pub const fn needs_a_person(self) -> bool {
        match self {
            Self::AuthorizationCode | Self::RefreshToken => true,
            Self::ClientCredentials => false,
        }
    }

    /// The grant types of people.
    pub fn of_people() -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(|grant_type| grant_type.needs_a_person())
    }

    /// The grant type of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant_type| grant_type.name() == name)
    }
}
