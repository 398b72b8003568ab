//! Owns the proof of where an answer may go (RFC 6749 §3.1.2.3, RFC 9700 §2.1).

use crate::client::Client;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::redirect_uri::RedirectUri;

/// The redirect URI of the request, and whether the request named it.
pub(super) fn check(client: &Client, requested: Option<&str>) -> Result<(RedirectUri, bool), ProtocolError> {
    let unproven = |description| ProtocolError::new(ErrorCode::InvalidRequest, description);
    match (requested, client.redirect_uris.as_slice()) {
        (Some(requested), registered) => {
            if registered.iter().any(|uri| uri.matches(requested)) {
                Ok((RedirectUri::from_matched(requested), true))
            } else {
                Err(unproven("redirect_uri is not registered for this client"))
            }
        }
        (None, [only]) => Ok((only.clone(), false)),
        (None, _) => Err(unproven("redirect_uri is missing")),
    }
}
