//! Owns whether the client may use the code flow at all (RFC 6749 §4.1.2.1 `unauthorized_client`).

use super::draft::Draft;
use crate::protocol::error::{ErrorCode, ProtocolError, Refusal};
use crate::protocol::grant_type::GrantType;

pub(super) fn check(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let registered = &draft.client.metadata.grant_types;
    if registered.contains(&GrantType::AuthorizationCode) {
        return Ok(());
    }
    let description = "the client is not registered for the code flow";
    Err(ProtocolError::new(ErrorCode::UnauthorizedClient, description).into())
}
