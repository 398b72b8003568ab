//! Owns the proof of where an answer may go (RFC 6749 §3.1.2.3, RFC 9700 §2.1).

use crate::authorization::parameters::Parameters;
use crate::base::display;
use crate::client::Client;
use crate::protocol::error::{ErrorCode, ProtocolError, Refusal};
use crate::protocol::redirect_uri::RedirectUri;

/// How much of a URI the log quotes.
const QUOTED: usize = 200;
/// How many registered URIs the log names.
const NAMED: usize = 5;

/// A redirect URI that belongs to the client.
pub(super) struct ProvenRedirectUri {
    /// The URI.
    pub(super) redirect_uri: RedirectUri,
    /// False: the request relied on the only registered one.
    pub(super) given: bool,
}

/// The redirect URI of the request, and whether the request named it. One that says `openid` has to, however few are
/// registered (OpenID Connect Core §3.1.2.1).
pub(super) fn check(client: &Client, parameters: &Parameters) -> Result<ProvenRedirectUri, Refusal> {
    let unproven =
        |description| ProtocolError::new(ErrorCode::InvalidRequest, description).about("redirect_uri");
    match (
        parameters.get("redirect_uri"),
        client.metadata.redirect_uris.as_slice(),
    ) {
        (Some(requested), registered) => {
            if let Some(redirect_uri) = client.redirect_uri(requested) {
                Ok(ProvenRedirectUri {
                    redirect_uri,
                    given: true,
                })
            } else {
                let error = unproven(
                    "this redirect_uri is not registered for the client; register it as it is sent, character for \
                     character",
                );
                Err(error.because(format!(
                    "redirect_uri {} is not registered; {}",
                    display::quote(requested, QUOTED),
                    listed(registered)
                )))
            }
        }
        (None, [only]) if !is_openid(parameters) => Ok(ProvenRedirectUri {
            redirect_uri: only.clone(),
            given: false,
        }),
        (None, _) => Err(unproven("redirect_uri is missing").into()),
    }
}

/// What is registered, in words.
fn listed(registered: &[RedirectUri]) -> String {
    let named: Vec<String> = registered
        .iter()
        .take(NAMED)
        .map(|uri| display::quote(uri.as_str(), QUOTED))
        .collect();
    match registered.len().saturating_sub(NAMED) {
        _ if named.is_empty() => "none is registered".to_owned(),
        0 => format!("registered are: {}", named.join(" ")),
        more => format!("registered are: {} and {more} more", named.join(" ")),
    }
}

/// Whether the request is one of OpenID Connect's, or could be: which of two scopes counts, nobody knows.
fn is_openid(parameters: &Parameters) -> bool {
    let scope = parameters.get("scope").unwrap_or_default();
    parameters.repeats("scope") || scope.split(' ').any(|name| name == "openid")
}
