//! Owns `scope` and `organization` of a request (RFC 6749 §3.3, OpenID Connect Core §11).

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

/// The organization asked for, by parameter or by scope; both must agree.
pub(super) fn organization(scope: &Scope, parameter: Option<&str>) -> Result<Option<String>, ProtocolError> {
    match (scope.organization()?, parameter) {
        (Some(scope), Some(parameter)) if scope != parameter => Err(ProtocolError::new(
            ErrorCode::InvalidRequest,
            "scope and organization ask for different organizations",
        )),
        (scope, parameter) => Ok(scope.or(parameter).map(str::to_owned)),
    }
}
