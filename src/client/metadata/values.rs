//! Owns the values of a client's metadata that are named by us.

use serde::{Deserialize, Serialize};

/// What kind of software the client is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientType {
    /// A web application with a server that keeps a secret.
    #[default]
    Web,
    /// An application installed on a device (RFC 8252).
    Native,
    /// An application that runs in the browser.
    Spa,
    /// A program that acts for itself.
    Service,
}

impl ClientType {
    /// Every type.
    pub const ALL: [Self; 4] = [Self::Web, Self::Native, Self::Spa, Self::Service];

    /// The name that is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Native => "native",
            Self::Spa => "spa",
            Self::Service => "service",
        }
    }

    /// The type of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|client_type| client_type.name() == name)
    }
}

/// What an access token looks like to who carries it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccessTokenFormat {
    /// A signed JWT (RFC 9068).
    #[default]
    Jwt,
    /// An opaque reference that only introspection resolves.
    Reference,
}

impl AccessTokenFormat {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::Jwt, Self::Reference];

    /// The name that is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jwt => "jwt",
            Self::Reference => "reference",
        }
    }

    /// The format of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}
