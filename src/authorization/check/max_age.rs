//! Owns `max_age` (OpenID Connect Core §3.1.2.1), and the client's `default_max_age` where it is not sent.

use super::draft::Draft;
use crate::protocol::error::{ErrorCode, ProtocolError, Refusal};

pub(super) fn check(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    draft.request.max_age = match draft.parameters.get("max_age") {
        None => draft.client.metadata.default_max_age,
        Some(text) => Some(text.parse().map_err(|_| {
            ProtocolError::new(ErrorCode::InvalidRequest, "max_age is not a number of seconds")
                .about("max_age")
        })?),
    };
    Ok(())
}
