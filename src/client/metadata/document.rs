//! Owns the document of a client's metadata: every field once, under its name in RFC 7591 §2 or OpenID Connect
//! Registration §2, or under a name of our own. It is what is stored, shown, and asked for. It judges a value alone;
//! what fields must be beside each other stands in [`super::rules`].

use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::error::MetadataError;
use super::values::{AccessTokenFormat, ClientType};
use crate::jose::ForeignKeySet;
use crate::protocol::algorithm::{Algorithm, VerifiedAlgorithm};
use crate::protocol::client_authentication::ClientAuthenticationMethod;
use crate::protocol::grant_type::GrantType;
use crate::protocol::redirect_uri::RedirectUri;
use crate::protocol::scope::{self, Scope};

/// The most bytes that a document may have as JSON.
pub const LARGEST: usize = 64 * 1024;

/// What is registered about a client. Names of our own are marked.
///
/// A field that is left out of a stored document has the default that stands here: what such a client had before the
/// field came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own in the registration, and none excludes another"
)]
pub struct ClientMetadata {
    /// What consent pages call it.
    #[serde(default)]
    pub client_name: String,
    /// Ours. What kind of software it is.
    #[serde(rename = "type", default)]
    pub client_type: ClientType,
    /// Where codes may be sent.
    #[serde(default, deserialize_with = "registered")]
    pub redirect_uris: Vec<RedirectUri>,
    /// Where a logout may end.
    #[serde(default, deserialize_with = "registered")]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// Where it is told that a session ended (Back-Channel Logout §2.2).
    #[serde(default)]
    pub backchannel_logout_uri: Option<String>,
    /// Whether it must be told which session; it always is (§2.2).
    #[serde(default)]
    pub backchannel_logout_session_required: bool,
    /// Which grants it uses.
    #[serde(default)]
    pub grant_types: Vec<GrantType>,
    /// The scopes that it may ask for, separated by spaces.
    #[serde(default, serialize_with = "write_scope", deserialize_with = "read_scope")]
    pub scope: Scope,
    /// How it authenticates at the token endpoint.
    #[serde(default)]
    pub token_endpoint_auth_method: ClientAuthenticationMethod,
    /// The public keys that it signs its assertions with.
    #[serde(default)]
    pub jwks: Option<ForeignKeySet>,
    /// Where those keys are published, instead.
    #[serde(default)]
    pub jwks_uri: Option<String>,
    /// The only algorithm of its assertions; without a word of it any that its keys verify.
    #[serde(default)]
    pub token_endpoint_auth_signing_alg: Option<VerifiedAlgorithm>,
    /// Ours. Its assertions may name the token endpoint as their audience; else only the issuer.
    #[serde(default)]
    pub token_endpoint_as_audience: bool,
    /// Ours. A client with a secret may present it by its method alone; else HTTP Basic and the body are both accepted.
    #[serde(default)]
    pub exact_auth_method: bool,
    /// Ours. Set by an operator: no consent is asked where the redirect URI proves who gets the code.
    #[serde(default)]
    pub first_party: bool,
    /// Ours. Whether an authorization request without a code challenge is refused; without a word of it a client that
    /// authenticates may send a nonce instead (OAuth 2.1 §7.6).
    #[serde(default)]
    pub require_pkce: Option<bool>,
    /// Ours. The claims of scopes and of tenancy stay out of the ID token (OpenID Connect Core §5.4 to the letter).
    #[serde(default)]
    pub lean_id_token: bool,
    /// The algorithm of its ID tokens.
    #[serde(default = "rs256")]
    pub id_token_signed_response_alg: Algorithm,
    /// Ours. The algorithm of its access tokens, where the resource names none.
    #[serde(default)]
    pub access_token_signed_response_alg: Option<Algorithm>,
    /// Ours. What its access tokens look like.
    #[serde(default)]
    pub access_token_format: AccessTokenFormat,
    /// Ours. How many seconds its access tokens live, where the resource says nothing.
    #[serde(default)]
    pub access_token_lifetime: Option<u32>,
    /// How many seconds after it a login is asked for again.
    #[serde(default)]
    pub default_max_age: Option<u32>,
    /// Ours. The audience of its access tokens when a request names no resource.
    #[serde(default)]
    pub default_resource: Option<String>,
    /// Ours. The resource whose server it is: it may introspect tokens of that audience.
    #[serde(default)]
    pub audience: Option<String>,
    /// Ours. Whether it may introspect every token.
    #[serde(default)]
    pub may_introspect: bool,
    /// Address of its logo.
    #[serde(default)]
    pub logo_uri: Option<String>,
    /// Its home page.
    #[serde(default)]
    pub client_uri: Option<String>,
    /// Its privacy policy.
    #[serde(default)]
    pub policy_uri: Option<String>,
    /// Its terms.
    #[serde(default)]
    pub tos_uri: Option<String>,
}

impl ClientMetadata {
    /// A client of a type with nothing but what its type has by default: a person's application signs people in and
    /// learns who they are, a service acts for itself.
    #[must_use]
    pub fn new(client_name: &str, client_type: ClientType) -> Self {
        let service = client_type == ClientType::Service;
        let public = matches!(client_type, ClientType::Spa | ClientType::Native);
        Self {
            client_name: client_name.to_owned(),
            client_type,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            backchannel_logout_uri: None,
            backchannel_logout_session_required: false,
            grant_types: vec![if service {
                GrantType::ClientCredentials
            } else {
                GrantType::AuthorizationCode
            }],
            scope: if service {
                Scope::default()
            } else {
                Scope::from_tokens([scope::OPENID, "profile", "email"])
            },
            token_endpoint_auth_method: if public {
                ClientAuthenticationMethod::None
            } else {
                ClientAuthenticationMethod::ClientSecretBasic
            },
            jwks: None,
            jwks_uri: None,
            token_endpoint_auth_signing_alg: None,
            token_endpoint_as_audience: false,
            exact_auth_method: false,
            first_party: false,
            require_pkce: None,
            lean_id_token: false,
            id_token_signed_response_alg: Algorithm::RS256,
            access_token_signed_response_alg: None,
            access_token_format: AccessTokenFormat::Jwt,
            access_token_lifetime: None,
            default_max_age: None,
            default_resource: None,
            audience: None,
            may_introspect: false,
            logo_uri: None,
            client_uri: None,
            policy_uri: None,
            tos_uri: None,
        }
    }

    /// Reads a document. Fields that it does not know are passed over, since a newer version may have written them.
    pub fn read(document: Map<String, Value>) -> Result<Self, MetadataError> {
        serde_path_to_error::deserialize(Value::Object(document)).map_err(|error| {
            let field = error.path().to_string();
            MetadataError::Value {
                field,
                problem: error.into_inner().to_string(),
            }
        })
    }

    /// The document, without the fields that say nothing.
    #[must_use]
    pub fn document(&self) -> Map<String, Value> {
        let mut document = self.every_field();
        document.retain(|_, value| !value.is_null());
        document
    }

    /// The document with every field that there is; null where nothing is said.
    #[must_use]
    pub fn every_field(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(document)) => document,
            // A struct of texts, numbers and switches is always an object.
            Ok(_) | Err(_) => Map::new(),
        }
    }

    /// How long its access tokens live, where the resource says nothing.
    #[must_use]
    pub fn access_token_lifetime(&self) -> Option<Duration> {
        self.access_token_lifetime
            .map(|seconds| Duration::from_secs(seconds.into()))
    }
}

const fn rs256() -> Algorithm {
    Algorithm::RS256
}

/// Redirect URIs that may be registered, each once.
fn registered<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<RedirectUri>, D::Error> {
    let mut uris = Vec::new();
    for text in Vec::<String>::deserialize(deserializer)? {
        let uri = RedirectUri::register(&text)
            .map_err(|problem| D::Error::custom(format!("{text:?}: {problem}")))?;
        if !uris.contains(&uri) {
            uris.push(uri);
        }
    }
    Ok(uris)
}

fn write_scope<S: Serializer>(scope: &Scope, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(scope)
}

fn read_scope<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Scope, D::Error> {
    Scope::parse(&String::deserialize(deserializer)?).map_err(|error| D::Error::custom(error.description))
}
