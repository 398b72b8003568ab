//! Owns `response_mode` (OAuth 2.0 Multiple Response Type Encoding Practices §2.1): how the answer travels.

use crate::authorization::parameters::Parameters;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::response_mode::ResponseMode;

pub(super) fn check(parameters: &Parameters) -> Result<ResponseMode, ProtocolError> {
    match parameters.get("response_mode") {
        None => Ok(ResponseMode::default()),
        Some(name) => ResponseMode::parse(name).ok_or(
            ProtocolError::new(
                ErrorCode::InvalidRequest,
                "response_mode must be query or form_post",
            )
            .about("response_mode"),
        ),
    }
}
