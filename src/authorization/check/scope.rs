//! Owns `scope` of a request (RFC 6749 §3.3, OpenID Connect Core §11).

use super::draft::Draft;
use crate::protocol::error::{ErrorCode, ProtocolError, Refusal, Remark};
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::{self, OFFLINE_ACCESS, OPENID, Scope};

/// The scope, within the client's registration: what the client may not have is left out, known to us or not, and the
/// answer's `scope` says what was granted (RFC 6749 §3.3; Core §3.1.2.1). Without `openid` a request would be another
/// one, and with nothing left none at all, so those two are refused. `offline_access` means nothing to a client without
/// refresh tokens.
pub(super) fn check(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let client = draft.client;
    let requested = draft.parameters.get("scope");
    let asked = Scope::parse(requested.unwrap_or_default()).map_err(|error| error.about("scope"))?;
    let registered = &client.metadata.scope;
    let mut scope = asked.clone().registered(registered);
    if !client.may_use(GrantType::RefreshToken) {
        scope = scope.without(OFFLINE_ACCESS);
    }
    let refused = |description| {
        let error = ProtocolError::new(ErrorCode::InvalidScope, description).about("scope");
        Err(error.because(scope::left_out(&asked, &scope, registered)))
    };
    if asked.contains(OPENID) && !scope.contains(OPENID) {
        return refused("the scope openid is not registered for this client");
    }
    if scope.is_empty() && !asked.is_empty() {
        return refused("no scope that is asked for is registered for this client");
    }
    draft.left_out = (scope != asked).then(|| Remark {
        parameter: "scope",
        reason: scope::left_out(&asked, &scope, registered),
    });
    draft.request.scope = scope;
    Ok(())
}
