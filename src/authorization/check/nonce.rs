//! Owns `nonce` (OpenID Connect Core §3.1.2.1).

use super::draft::Draft;
use crate::protocol::error::{ErrorCode, ProtocolError, Refusal};

/// The longest `nonce`: every ID token carries it.
const LONGEST: usize = 2048;

pub(super) fn check(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let nonce = draft.parameters.get("nonce");
    if nonce.is_some_and(|nonce| nonce.len() > LONGEST) {
        let error = ProtocolError::new(ErrorCode::InvalidRequest, "nonce is too long");
        return Err(error.about("nonce").into());
    }
    draft.request.nonce = nonce.map(str::to_owned);
    Ok(())
}
