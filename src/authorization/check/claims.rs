//! Owns `claims` (OpenID Connect Core §5.5): what is asked for by name, within the client's registration.

use super::draft::Draft;
use crate::protocol::claims_request::ClaimsRequest;
use crate::protocol::error::Refusal;

pub(super) fn check(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(text) = draft.parameters.get("claims") else {
        return Ok(());
    };
    let claims = ClaimsRequest::parse(text).map_err(|error| error.about("claims"))?;
    draft.request.claims = Some(claims.within(&draft.client.metadata.scope));
    Ok(())
}
