//! Owns what may come without a code challenge (RFC 7636; RFC 9700 §2.1.1, OAuth 2.1 §7.6). A challenge that is sent is
//! always enforced, which the redemption of the code does.

use super::draft::Draft;
use crate::protocol::error::{ErrorCode, ProtocolError, Refusal};
use crate::protocol::scope::OPENID;

/// Whether a request without a code challenge is served. What an operator decided for the client holds; without a word
/// of theirs a confidential client may bind the code by a nonce, which is checked in the ID token, and a public client
/// may not.
pub(super) fn check(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Draft { client, request, .. } = draft;
    if request.code_challenge.is_some() {
        return Ok(());
    }
    let bound_by_nonce = request.scope.contains(OPENID) && request.nonce.is_some();
    let description = match (client.metadata.require_pkce, client.is_confidential()) {
        (Some(false), true) => return Ok(()),
        (None, true) if bound_by_nonce => return Ok(()),
        (None, true) => {
            "code_challenge is missing, and there is no nonce with the scope openid instead: switch PKCE (S256) on in \
             the application"
        }
        (Some(true), _) | (_, false) => "code_challenge is missing: switch PKCE (S256) on in the application",
    };
    let error = ProtocolError::new(ErrorCode::InvalidRequest, description);
    Err(error.about("code_challenge").into())
}
