//! Owns `scope` of a request (RFC 6749 §3.3, OpenID Connect Core §11).

use crate::client::Client;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::{OFFLINE_ACCESS, Scope};

/// The scope, within the client's registration. `offline_access` means nothing to a client without refresh tokens.
pub(super) fn check(client: &Client, requested: Option<&str>) -> Result<Scope, ProtocolError> {
    let scope = Scope::parse(requested.unwrap_or_default())?;
    if !scope.is_permitted_by(&client.scopes) {
        return Err(ProtocolError::new(
            ErrorCode::InvalidScope,
            "scope is not registered for this client",
        ));
    }
    if client.grant_types.contains(&GrantType::RefreshToken) {
        Ok(scope)
    } else {
        Ok(scope.without(OFFLINE_ACCESS))
    }
}
