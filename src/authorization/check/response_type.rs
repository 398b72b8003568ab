//! Owns `response_type` and `response_mode`: only the code flow exists (RFC 9700 §2.1.2).

use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::response_mode::ResponseMode;

pub(super) fn check_type(requested: Option<&str>) -> Result<(), ProtocolError> {
    match requested {
        Some("code") => Ok(()),
        Some(_) => Err(ProtocolError::new(
            ErrorCode::UnsupportedResponseType,
            "only response_type code is served",
        )
        .about("response_type")),
        None => Err(
            ProtocolError::new(ErrorCode::InvalidRequest, "response_type is missing").about("response_type"),
        ),
    }
}

pub(super) fn check_mode(requested: Option<&str>) -> Result<ResponseMode, ProtocolError> {
    match requested {
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
