//! Owns what a registered client is, as every other room sees it.

use std::time::Duration;

use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::ClientId;
use crate::protocol::algorithm::Algorithm;
use crate::protocol::client_authentication::ClientAuthenticationMethod;
use crate::protocol::grant_type::GrantType;
use crate::protocol::redirect_uri::RedirectUri;
use crate::protocol::scope::Scope;

/// What kind of software the client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientType {
    /// A web application with a server that keeps a secret.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessTokenFormat {
    /// A signed JWT (RFC 9068).
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

/// What is kept of a client secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSecret {
    /// See [`super::secret::digest`].
    pub digest: Digest,
    /// When it stops to be accepted; none for the current one.
    pub expires_at: Option<Timestamp>,
}

/// A registered client.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own in the registration, and none excludes another"
)]
pub struct Client {
    /// `client_id`.
    pub client_id: ClientId,
    /// What consent pages call it.
    pub name: String,
    /// What kind of software it is.
    pub client_type: ClientType,
    /// Address of its logo.
    pub icon: Option<String>,
    /// `client_uri`: its home page.
    pub client_uri: Option<String>,
    /// `policy_uri`: its privacy policy.
    pub policy_uri: Option<String>,
    /// `tos_uri`: its terms.
    pub tos_uri: Option<String>,
    /// Set by an operator: no consent is asked where the redirect URI proves who gets the code.
    pub first_party: bool,
    /// `token_endpoint_auth_method`.
    pub authentication: ClientAuthenticationMethod,
    /// Every secret that may still be valid.
    pub secrets: Vec<StoredSecret>,
    /// `redirect_uris`.
    pub redirect_uris: Vec<RedirectUri>,
    /// `post_logout_redirect_uris`.
    pub post_logout_redirect_uris: Vec<String>,
    /// `grant_types`.
    pub grant_types: Vec<GrantType>,
    /// The scopes that it may ask for.
    pub scopes: Scope,
    /// Whether an authorization request without a code challenge is refused.
    pub require_pkce: bool,
    /// `id_token_signed_response_alg`.
    pub id_token_algorithm: Algorithm,
    /// The algorithm of its access tokens, where the resource names none.
    pub access_token_algorithm: Option<Algorithm>,
    /// What its access tokens look like.
    pub access_token_format: AccessTokenFormat,
    /// How long its access tokens live, where the resource says nothing.
    pub access_token_lifetime: Option<Duration>,
    /// `default_max_age` in seconds.
    pub default_max_age: Option<u32>,
    /// The audience of its access tokens when a request names no resource.
    pub default_resource: Option<String>,
    /// The resource whose server it is: it may introspect tokens of that audience.
    pub audience: Option<String>,
    /// Whether the claims of scopes go into the ID token too.
    pub scope_claims_in_id_token: bool,
    /// Whether it may introspect every token.
    pub may_introspect: bool,
    /// Whether it is switched off: it authenticates no more and its grants are dead.
    pub disabled: bool,
    /// Every grant made before this instant is dead.
    pub revoked_before: Option<Timestamp>,
}

impl Client {
    /// Whether it authenticates at the token endpoint (RFC 6749 §2.1).
    #[must_use]
    pub fn is_confidential(&self) -> bool {
        self.authentication != ClientAuthenticationMethod::None
    }

    /// Where a person finds the application again: its home page, else the site that its codes are sent to. None for
    /// an application on a device.
    #[must_use]
    pub fn home(&self) -> Option<String> {
        self.client_uri
            .clone()
            .or_else(|| self.redirect_uris.iter().find_map(RedirectUri::site))
    }

    /// Whether it registered for a grant type.
    #[must_use]
    pub fn may_use(&self, grant_type: GrantType) -> bool {
        self.grant_types.contains(&grant_type)
    }
}

/// A line in a list of clients.
#[derive(Debug, Clone)]
pub struct ClientSummary {
    /// `client_id`.
    pub client_id: ClientId,
    /// What consent pages call it.
    pub name: String,
    /// What kind of software it is.
    pub client_type: ClientType,
    /// Set by an operator.
    pub first_party: bool,
    /// Whether it is switched off.
    pub disabled: bool,
}
