//! Owns for whom something is said: the client, and the resource server that takes the access token. It decides `aud`,
//! the claims' life, and the names that the audience wants. A token that is bound to a key of the client says so here
//! (`cnf`, RFC 7800).

use std::collections::BTreeMap;
use std::time::Duration;

use super::outputs::Output;
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
    /// `aud`: exactly one. A resource or the issuer for an access token, the client for an ID token.
    pub(super) fn audience(self, output: Output, token_issuer: &'a TokenIssuer) -> &'a str {
        match output {
            Output::AccessToken | Output::Userinfo => {
                self.resource.map_or(token_issuer.issuer.as_str(), |resource| {
                    resource.identifier.as_str()
                })
            }
            Output::IdToken => self.client.client_id.as_str(),
        }
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

    /// `exp` minus `iat`.
    pub(super) fn lifetime(self, output: Output, token_issuer: &TokenIssuer) -> Duration {
        match output {
            Output::AccessToken | Output::Userinfo => self.access_token_lifetime(token_issuer),
            Output::IdToken => token_issuer.settings.id_token(),
        }
    }

    /// The names that the audience wants for claims of this output that are not locked.
    pub(super) fn claim_names(self, output: Output) -> Option<&'a BTreeMap<String, String>> {
        match output {
            Output::AccessToken => self.resource.map(|resource| &resource.claim_names),
            Output::IdToken | Output::Userinfo => None,
        }
    }
}
