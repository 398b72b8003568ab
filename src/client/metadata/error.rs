//! Owns why a client's metadata is refused. Each text begins with the field's name.

use super::document::LARGEST;
use super::rules::MOST_URIS;
use crate::base::display;

/// Why a client may not be registered so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// The grammar of ids.
    #[error("client_id: 1 to 128 of A-Z a-z 0-9 . _ ~ -")]
    ClientId,
    /// A value that the field cannot have.
    #[error("{field}: {problem}")]
    Value {
        /// The field.
        field: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Most likely it is misspelled.
    #[error("{field}: there is no such field; there are {known}")]
    UnknownField {
        /// What was written.
        field: String,
        /// Every name that there is.
        known: String,
    },
    /// Nobody needs more.
    #[error("the metadata: at most {LARGEST} bytes of JSON")]
    TooLarge,
    /// The name is what people consent to.
    #[error("client_name: 1 to {} characters, {}", display::LONGEST, display::RULE)]
    Name,
    /// A link on our pages must be harmless.
    #[error("{field}: an https address (http on loopback only)")]
    Address {
        /// The field.
        field: &'static str,
    },
    /// Back-Channel Logout §2.2.
    #[error("backchannel_logout_uri: an address without a fragment")]
    LogoutFragment,
    /// Nobody signs in to a service.
    #[error("backchannel_logout_uri: nobody signs in to a service, so there is no logout to tell it")]
    LogoutOfService,
    /// RFC 8252 §7.1: such a scheme belongs to an application on a device.
    #[error("{field}: {uri:?}: a private-use scheme is for native clients; use https")]
    PrivateScheme {
        /// The field.
        field: &'static str,
        /// The URI.
        uri: String,
    },
    /// More than anyone needs.
    #[error("{field}: at most {MOST_URIS}")]
    TooMany {
        /// The field.
        field: &'static str,
    },
    /// A client without grants is one that is disabled.
    #[error("grant_types: at least one; `signet client disable` switches a client off")]
    NoGrant,
    /// A code has to go somewhere.
    #[error("redirect_uris: the grant authorization_code needs at least one")]
    RedirectUriMissing,
    /// Nothing would ever be sent there.
    #[error("redirect_uris: only the grant authorization_code uses them")]
    RedirectUriUnused,
    /// Refresh tokens come from authorization codes.
    #[error("grant_types: refresh_token needs authorization_code")]
    RefreshWithoutCode,
    /// RFC 6749 §4.4: the grant is for confidential clients.
    #[error("grant_types: client_credentials needs a client that authenticates")]
    PublicCredentials,
    /// A service has no people.
    #[error("grant_types: a service uses client_credentials only; register type web for people's logins")]
    ServiceWithPeople,
    /// RFC 6749 §2.1: what runs in a browser keeps no secret.
    #[error("token_endpoint_auth_method: an application in the browser keeps no secret; use none")]
    SecretInBrowser,
    /// RFC 7591 §2.
    #[error("jwks_uri: a client has jwks or jwks_uri, not both; take one away")]
    TwoKeySets,
    /// Nothing could be verified.
    #[error(
        "token_endpoint_auth_method: private_key_jwt needs the client's public keys: jwks (--jwks-file) or jwks_uri \
         (--jwks-uri)"
    )]
    KeysMissing,
    /// No assertion could ever be accepted.
    #[error("token_endpoint_auth_signing_alg: no key in jwks is one for {0}")]
    NoKeyForAlgorithm(&'static str),
    /// RFC 9700 §2.1.1.
    #[error("require_pkce: a public client always uses PKCE")]
    PublicWithoutPkce,
    /// OpenID Connect Core §11.
    #[error("scope: offline_access needs the grant refresh_token")]
    OfflineWithoutRefresh,
    /// Access tokens are short-lived.
    #[error("access_token_lifetime: 1 to 3600 seconds")]
    Lifetime,
    /// It must fit.
    #[error("default_max_age: at most 2147483647 seconds")]
    MaxAge,
}
