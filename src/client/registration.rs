//! Owns what may be asked for in a registration, with the defaults of what is left out, and what a registered client
//! would have to ask for to be what it is. It judges nothing.

use std::time::Duration;

use super::registered::{AccessTokenFormat, Client, ClientType};
use crate::protocol::algorithm::Algorithm;
use crate::protocol::client_authentication::ClientAuthenticationMethod;
use crate::protocol::grant_type::GrantType;
use crate::protocol::redirect_uri::RedirectUri;
use crate::protocol::scope::Scope;

/// A registration as it was asked for. What is left out gets the default of the client's type.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own in the registration, and none excludes another"
)]
pub struct Registration {
    /// The id; operators choose it.
    pub client_id: String,
    /// What consent pages call it.
    pub name: String,
    /// What kind of software it is.
    pub client_type: ClientType,
    /// Address of its logo.
    pub icon: Option<String>,
    /// Its home page.
    pub client_uri: Option<String>,
    /// Its privacy policy.
    pub policy_uri: Option<String>,
    /// Its terms.
    pub tos_uri: Option<String>,
    /// Only an operator may set it.
    pub first_party: bool,
    /// How it authenticates.
    pub authentication: Option<ClientAuthenticationMethod>,
    /// Where codes may be sent.
    pub redirect_uris: Vec<String>,
    /// Where a logout may end.
    pub post_logout_redirect_uris: Vec<String>,
    /// Which grants it uses; empty means the default of its type.
    pub grant_types: Vec<GrantType>,
    /// The scopes that it may ask for.
    pub scopes: Option<Scope>,
    /// Scopes of the operator's own APIs, beside those or their default.
    pub custom_scopes: Scope,
    /// Whether PKCE is required.
    pub require_pkce: bool,
    /// The algorithm of its ID tokens.
    pub id_token_algorithm: Algorithm,
    /// The algorithm of its access tokens.
    pub access_token_algorithm: Option<Algorithm>,
    /// What its access tokens look like.
    pub access_token_format: AccessTokenFormat,
    /// How long its access tokens live.
    pub access_token_lifetime: Option<Duration>,
    /// Seconds after which a login is asked for again.
    pub default_max_age: Option<u32>,
    /// The audience of its access tokens.
    pub default_resource: Option<String>,
    /// The resource whose server it is.
    pub audience: Option<String>,
    /// Whether the claims of scopes go into the ID token too.
    pub scope_claims_in_id_token: bool,
    /// Whether it may introspect every token.
    pub may_introspect: bool,
}

impl Registration {
    /// A registration with nothing but defaults.
    #[must_use]
    pub fn new(client_id: &str, name: &str, client_type: ClientType) -> Self {
        Self {
            client_id: client_id.to_owned(),
            name: name.to_owned(),
            client_type,
            icon: None,
            client_uri: None,
            policy_uri: None,
            tos_uri: None,
            first_party: false,
            authentication: None,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            grant_types: Vec::new(),
            scopes: None,
            custom_scopes: Scope::default(),
            require_pkce: true,
            id_token_algorithm: Algorithm::RS256,
            access_token_algorithm: None,
            access_token_format: AccessTokenFormat::Jwt,
            access_token_lifetime: None,
            default_max_age: None,
            default_resource: None,
            audience: None,
            scope_claims_in_id_token: false,
            may_introspect: false,
        }
    }
}

impl From<Client> for Registration {
    fn from(client: Client) -> Self {
        let redirect_uris = client.redirect_uris.iter().map(RedirectUri::as_str);
        Self {
            client_id: client.client_id.to_string(),
            name: client.name,
            client_type: client.client_type,
            icon: client.icon,
            client_uri: client.client_uri,
            policy_uri: client.policy_uri,
            tos_uri: client.tos_uri,
            first_party: client.first_party,
            authentication: Some(client.authentication),
            redirect_uris: redirect_uris.map(str::to_owned).collect(),
            post_logout_redirect_uris: client.post_logout_redirect_uris,
            grant_types: client.grant_types,
            scopes: Some(client.scopes),
            custom_scopes: Scope::default(),
            require_pkce: client.require_pkce,
            id_token_algorithm: client.id_token_algorithm,
            access_token_algorithm: client.access_token_algorithm,
            access_token_format: client.access_token_format,
            access_token_lifetime: client.access_token_lifetime,
            default_max_age: client.default_max_age,
            default_resource: client.default_resource,
            audience: client.audience,
            scope_claims_in_id_token: client.scope_claims_in_id_token,
            may_introspect: client.may_introspect,
        }
    }
}
