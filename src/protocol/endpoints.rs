//! Owns where the endpoints of an issuer are.

use super::issuer::Issuer;

/// The addresses of the protocol's endpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the endpoint of its name")]
pub struct Endpoints {
    pub discovery: String,
    pub authorization: String,
    pub token: String,
    pub userinfo: String,
    pub jwks_uri: String,
    pub revocation: String,
    pub introspection: String,
    pub end_session: String,
}

impl Endpoints {
    /// Those of an issuer.
    #[must_use]
    pub fn of(issuer: &Issuer) -> Self {
        Self {
            discovery: issuer.url("/.well-known/openid-configuration"),
            authorization: issuer.url("/oauth2/authorize"),
            token: issuer.url("/oauth2/token"),
            userinfo: issuer.url("/oauth2/userinfo"),
            jwks_uri: issuer.url("/.well-known/jwks.json"),
            revocation: issuer.url("/oauth2/revoke"),
            introspection: issuer.url("/oauth2/introspect"),
            end_session: issuer.url("/oauth2/logout"),
        }
    }
}
