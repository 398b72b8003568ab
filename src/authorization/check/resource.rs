//! Owns `resource` (RFC 8707 §2): one registered resource per request.

use super::draft::Draft;
use super::order::CheckError;
use crate::base::display;
use crate::client::Resources;
use crate::protocol::error::{ErrorCode, ProtocolError, Refusal};

/// The audience of the request: the one named, else the client's default, else none (the issuer).
pub(super) async fn check(draft: &mut Draft<'_>, resources: &Resources) -> Result<(), CheckError> {
    let error = |description| ProtocolError::new(ErrorCode::InvalidTarget, description).about("resource");
    draft.request.resource = match draft.parameters.resources.as_slice() {
        [] => draft.client.metadata.default_resource.clone(),
        [identifier] => {
            let found = resources.find(identifier).await?.ok_or_else(|| {
                error("resource is not registered").because(format!(
                    "there is no resource {}; `signet client resource-list` shows every one",
                    display::quote(identifier, 200)
                ))
            })?;
            Some(found.identifier.clone())
        }
        _ => return Err(Refusal::from(error("an access token has one audience: name one resource")).into()),
    };
    Ok(())
}
