//! Owns the proof of where an answer may go (RFC 6749 §3.1.2.3, RFC 9700 §2.1).

use crate::authorization::parameters::Parameters;
use crate::client::Client;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::redirect_uri::RedirectUri;

/// The redirect URI of the request, and whether the request named it. One that says `openid` has to, however few are
/// registered (OpenID Connect Core §3.1.2.1).
pub(super) fn check(client: &Client, parameters: &Parameters) -> Result<(RedirectUri, bool), ProtocolError> {
    let unproven = |description| ProtocolError::new(ErrorCode::InvalidRequest, description);
    match (
        parameters.get("redirect_uri"),
        client.metadata.redirect_uris.as_slice(),
    ) {
        (Some(requested), registered) => {
            if registered.iter().any(|uri| uri.matches(requested)) {
                Ok((RedirectUri::from_matched(requested), true))
            } else {
                Err(unproven("redirect_uri is not registered for this client"))
            }
        }
        (None, [only]) if !is_openid(parameters) => Ok((only.clone(), false)),
        (None, _) => Err(unproven("redirect_uri is missing")),
    }
}

/// Whether the request is one of OpenID Connect's, or could be: which of two scopes counts, nobody knows.
fn is_openid(parameters: &Parameters) -> bool {
    let scope = parameters.get("scope").unwrap_or_default();
    parameters.repeats("scope") || scope.split(' ').any(|name| name == "openid")
}
