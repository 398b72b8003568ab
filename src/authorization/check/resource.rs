//! Owns `resource` (RFC 8707 §2): one registered resource per request.

use crate::client::{Client, Resources};
use crate::db::DatabaseError;
use crate::protocol::error::{ErrorCode, ProtocolError};

/// The audience of the request: the one named, else the client's default, else none (the issuer).
pub(super) async fn check(
    resources: &Resources,
    client: &Client,
    requested: &[String],
) -> Result<Result<Option<String>, ProtocolError>, DatabaseError> {
    let refused = |description| Ok(Err(ProtocolError::new(ErrorCode::InvalidTarget, description)));
    match requested {
        [] => Ok(Ok(client.metadata.default_resource.clone())),
        [identifier] => match resources.find(identifier).await? {
            Some(resource) => Ok(Ok(Some(resource.identifier.clone()))),
            None => refused("resource is not registered"),
        },
        _ => refused("an access token has one audience: name one resource"),
    }
}
