//! Owns whom the client expects: `id_token_hint` (OpenID Connect Core §3.1.2.1) and `sub` in the claims parameter
//! (§5.5.1).

use super::draft::Draft;
use crate::authorization::request::ExpectedSubject;
use crate::base::id::UserId;
use crate::protocol::claims_request::ClaimsRequest;
use crate::protocol::error::{ErrorCode, ProtocolError, Refusal};
use crate::token::id_token;

/// Whom the request expects. An ID token that we signed names its person for good: however old it is, and whichever
/// client it was made for (§3.1.2.2). It proves nothing: whoever is named still has to sign in, and whoever else is
/// signed in is not answered for. What we did not sign names nobody, and nobody could ever answer it.
pub(super) fn check(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let refused =
        |description| ProtocolError::new(ErrorCode::InvalidRequest, description).about("id_token_hint");
    let hinted = match draft.parameters.get("id_token_hint") {
        None => None,
        Some(text) => {
            let hint = id_token::read_hint(draft.token_issuer, text)
                .map_err(|error| {
                    tracing::error!(error = %error, "an id_token_hint could not be read");
                    ProtocolError::new(
                        ErrorCode::TemporarilyUnavailable,
                        "id_token_hint cannot be read at present",
                    )
                })?
                .ok_or_else(|| refused("id_token_hint is not an ID token of this server"))?;
            Some(hint.user_id)
        }
    };
    let claims = draft.request.claims.as_ref();
    let named = claims.map(ClaimsRequest::subject).transpose()?.flatten();
    let named = named.map(UserId::from_text);
    if let (Some(hinted), Some(named)) = (&hinted, &named)
        && hinted != named
    {
        return Err(refused("id_token_hint and claims name two persons").into());
    }
    draft.request.expected_subject = hinted.or(named).map(ExpectedSubject::Person);
    Ok(())
}
