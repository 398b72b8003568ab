//! Owns `state` (RFC 6749 §4.1.1): an answer without the one that was sent tells the client nothing (§4.1.2.1), so that
//! one which cannot be carried is reported on a page of ours.

use crate::authorization::parameters::Parameters;
use crate::protocol::error::{ErrorCode, ProtocolError, Refusal};

/// The longest `state` that is carried: applications keep in it what they were doing.
const LONGEST: usize = 8192;

pub(super) fn check(parameters: &Parameters) -> Result<Option<&str>, Refusal> {
    let state = parameters.get("state");
    if state.is_some_and(|state| state.len() > LONGEST) {
        let error = ProtocolError::new(ErrorCode::InvalidRequest, "state is too long");
        return Err(error.about("state").into());
    }
    Ok(state)
}
