//! Owns that no parameter but `resource` stands twice (RFC 6749 §3.1).

use super::draft::Draft;
use crate::authorization::parameters::Parameters;
use crate::base::display;
use crate::protocol::error::{ErrorCode, ProtocolError, Refusal};

/// What says where and how the answer goes: a repeated one proves nothing.
pub(super) fn check_target(parameters: &Parameters) -> Result<(), Refusal> {
    for name in ["redirect_uri", "state"] {
        if parameters.repeats(name) {
            let description = "client_id, redirect_uri or state is repeated";
            let error = ProtocolError::new(ErrorCode::InvalidRequest, description);
            return Err(error.about(name).into());
        }
    }
    Ok(())
}

/// Everything else.
pub(super) fn check(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(name) = draft.parameters.repeated.first() else {
        return Ok(());
    };
    let error = ProtocolError::new(ErrorCode::InvalidRequest, "a parameter is repeated");
    Err(error.because(format!(
        "the parameter {} is sent more than once",
        display::quote(name, 64)
    )))
}
