//! Owns for whom something is said: the client, and the resource server that takes the access token. It decides an
//! access token's `aud` and life, and the names that the audience wants. A token that is bound to a key of the client
//! says so here (`cnf`, RFC 7800).

use std::time::Duration;

use super::token_issuer::TokenIssuer;
use crate::client::{Client, Resource};
use crate::config::LONGEST_ACCESS_TOKEN;

/// For whom something is said.
#[derive(Debug, Clone, Copy)]
pub struct Recipient<'a> {
    /// The client.
    pub client: &'a Client,
    /// The access token's audience; none means the issuer itself.
    pub resource: Option<&'a Resource>,
}

impl<'a> Recipient<'a> {
    /// `aud` of an access token: exactly one, a resource or the issuer.
    pub(super) fn access_token_audience(self, token_issuer: &'a TokenIssuer) -> &'a str {
        self.resource.map_or(token_issuer.issuer.as_str(), |resource| {
            resource.identifier.as_str()
        })
    }

    /// How long the access token lives: as its audience wants it, else its client, else the configuration.
    #[must_use]
    pub fn access_token_lifetime(self, token_issuer: &TokenIssuer) -> Duration {
        self.resource
            .and_then(|resource| resource.lifetime)
            .or(self.client.metadata.access_token_lifetime())
            .unwrap_or_else(|| token_issuer.settings.access_token())
            .min(LONGEST_ACCESS_TOKEN)
    }
}
