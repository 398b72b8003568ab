//! Owns what a registered client is, as every other room sees it.

use super::metadata::{ClientMetadata, ClientType};
use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::ClientId;
use crate::protocol::client_authentication::ClientAuthenticationMethod;
use crate::protocol::grant_type::GrantType;
use crate::protocol::redirect_uri::RedirectUri;

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
pub struct Client {
    /// `client_id`.
    pub client_id: ClientId,
    /// What is registered about it.
    pub metadata: ClientMetadata,
    /// Every secret that may still be valid.
    pub secrets: Vec<StoredSecret>,
    /// Whether it is switched off: it authenticates no more and its grants are dead.
    pub disabled: bool,
    /// Every grant made before this instant is dead.
    pub revoked_before: Option<Timestamp>,
    /// The SHA-256 of its icon's bytes, if one was fetched from its `logo_uri`.
    pub icon: Option<Digest>,
}

impl Client {
    /// Whether it authenticates at the token endpoint (RFC 6749 §2.1).
    #[must_use]
    pub fn is_confidential(&self) -> bool {
        self.metadata.token_endpoint_auth_method != ClientAuthenticationMethod::None
    }

    /// Whether it has a secret to present.
    #[must_use]
    pub const fn has_secret(&self) -> bool {
        self.metadata.token_endpoint_auth_method.uses_secret()
    }

    /// Whether the claims of scopes and of tenancy go into its ID tokens.
    #[must_use]
    pub const fn has_full_id_token(&self) -> bool {
        !self.metadata.lean_id_token
    }

    /// The redirect URI that a request names, if codes may be sent there: it is registered, or differs in the port of a
    /// loopback address only.
    #[must_use]
    pub fn redirect_uri(&self, requested: &str) -> Option<RedirectUri> {
        let on_device = self.metadata.client_type == ClientType::Native;
        RedirectUri::of_registered(requested, &self.metadata.redirect_uris, on_device)
    }

    /// Whether codes may still be sent to where a request was proven to lead.
    #[must_use]
    pub fn may_redirect_to(&self, proven: &RedirectUri) -> bool {
        self.redirect_uri(proven.as_str()).is_some()
    }

    /// Where a person finds the application again: its home page, else the site that its codes are sent to. None for
    /// an application on a device.
    #[must_use]
    pub fn home(&self) -> Option<String> {
        let metadata = &self.metadata;
        metadata
            .client_uri
            .clone()
            .or_else(|| metadata.redirect_uris.iter().find_map(RedirectUri::site))
    }

    /// Whether it registered for a grant type.
    #[must_use]
    pub fn may_use(&self, grant_type: GrantType) -> bool {
        self.metadata.grant_types.contains(&grant_type)
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
