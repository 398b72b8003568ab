//! Owns `response_type`: only the code flow exists (RFC 9700 §2.1.2).

use super::draft::Draft;
use crate::protocol::error::{ErrorCode, ProtocolError, Refusal};

pub(super) fn check(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let (code, description) = match draft.parameters.get("response_type") {
        Some("code") => return Ok(()),
        Some(_) => (
            ErrorCode::UnsupportedResponseType,
            "only response_type code is served",
        ),
        None => (ErrorCode::InvalidRequest, "response_type is missing"),
    };
    Err(ProtocolError::new(code, description)
        .about("response_type")
        .into())
}
