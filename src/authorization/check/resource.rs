//! Owns `resource` (RFC 8707 §2): one registered resource per request.

use crate::base::display;
use crate::client::{Client, Resources};
use crate::db::DatabaseError;
use crate::protocol::error::{ErrorCode, ProtocolError, Refusal};

/// The audience of the request: the one named, else the client's default, else none (the issuer).
pub(super) async fn check(
    resources: &Resources,
    client: &Client,
    requested: &[String],
) -> Result<Result<Option<String>, Refusal>, DatabaseError> {
    let error = |description| ProtocolError::new(ErrorCode::InvalidTarget, description).about("resource");
    match requested {
        [] => Ok(Ok(client.metadata.default_resource.clone())),
        [identifier] => match resources.find(identifier).await? {
            Some(resource) => Ok(Ok(Some(resource.identifier.clone()))),
            None => Ok(Err(error("resource is not registered").because(format!(
                "there is no resource {}; `signet client resource-list` shows every one",
                display::quote(identifier, 200)
            )))),
        },
        _ => Ok(Err(
            error("an access token has one audience: name one resource").into()
        )),
    }
}
