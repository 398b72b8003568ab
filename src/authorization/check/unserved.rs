//! Owns the parameters that would change what the others say, and are not served: request objects (OpenID Connect Core
//! §6) and registration by the request itself (§7.2.1).

use super::draft::Draft;
use crate::protocol::error::{ErrorCode, ProtocolError, Refusal};

pub(super) fn check(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    for (name, code) in [
        ("request", ErrorCode::RequestNotSupported),
        ("request_uri", ErrorCode::RequestUriNotSupported),
        ("registration", ErrorCode::RegistrationNotSupported),
    ] {
        if draft.parameters.get(name).is_some() {
            let error = ProtocolError::new(code, "this parameter is not supported").about(name);
            return Err(error.because(format!(
                "{name} is not supported: send the parameters in the request itself"
            )));
        }
    }
    Ok(())
}
