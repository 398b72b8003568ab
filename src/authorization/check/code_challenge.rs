//! Owns `code_challenge` and `code_challenge_method` (RFC 7636 §4.3). What may come without them is `proof_of_key`'s.

use super::draft::Draft;
use crate::protocol::error::Refusal;
use crate::protocol::pkce::CodeChallenge;

pub(super) fn check(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let parameters = draft.parameters;
    let challenge = CodeChallenge::parse(
        parameters.get("code_challenge"),
        parameters.get("code_challenge_method"),
    );
    draft.request.code_challenge = challenge.map_err(|error| error.about("code_challenge"))?;
    Ok(())
}
