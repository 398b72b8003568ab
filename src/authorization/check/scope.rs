//! Owns `scope` of a request (RFC 6749 §3.3, OpenID Connect Core §11).

use crate::client::Client;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::{OFFLINE_ACCESS, OPENID, Scope};

/// The scope, within the client's registration: what the client may not have is left out, known to us or not, and the
/// answer's `scope` says what was granted (RFC 6749 §3.3; Core §3.1.2.1). Without `openid` a request would be another
/// one, and with nothing left none at all, so those two are refused. `offline_access` means nothing to a client without
/// refresh tokens.
pub(super) fn check(client: &Client, requested: Option<&str>) -> Result<Scope, ProtocolError> {
    let asked = Scope::parse(requested.unwrap_or_default())?;
    let mut scope = asked.clone().registered(&client.metadata.scope);
    if !client.may_use(GrantType::RefreshToken) {
        scope = scope.without(OFFLINE_ACCESS);
    }
    let refused = |description| Err(ProtocolError::new(ErrorCode::InvalidScope, description));
    if asked.contains(OPENID) && !scope.contains(OPENID) {
        return refused("the scope openid is not registered for this client");
    }
    if scope.is_empty() && !asked.is_empty() {
        return refused("no scope that is asked for is registered for this client");
    }
    if scope != asked {
        let left_out = Scope::from_tokens(asked.iter().filter(|token| !scope.contains(token)));
        tracing::info!(
            client_id = client.client_id.as_str(),
            scope = %left_out,
            "scopes that the client may not have were left out"
        );
    }
    Ok(scope)
}
