//! Owns the authentication of a client at an endpoint (RFC 6749 §2.3): the same work
//! for a known and an unknown client, and the reason of a refusal in the log only.

use std::sync::Arc;

use http::HeaderMap;

use crate::base::clock::Timestamp;
use crate::client::{Client, auth};
use crate::http::edge::Edge;
use crate::http::extract::client_auth;
use crate::http::extract::params::Params;
use crate::http::respond::failure::Failure;
use crate::http::respond::oauth::OAuthError;
use crate::protocol::error::{ErrorCode, ProtocolError};

/// The client that a request proves to come from. No statement when the client is cached.
pub async fn authenticate(
    edge: &Edge,
    headers: &HeaderMap,
    params: &Params,
    now: Timestamp,
) -> Result<Arc<Client>, OAuthError> {
    let presented = client_auth::read(headers, params)?;
    let refused = |reason: &str| {
        tracing::info!(
            client_id = presented.client_id.as_str(),
            reason,
            "a client was not authenticated"
        );
        let error = ProtocolError::new(ErrorCode::InvalidClient, "client authentication failed");
        OAuthError::new(error).for_basic(presented.used_basic())
    };
    let found = edge
        .app
        .clients()
        .find(presented.client_id.as_str())
        .await
        .map_err(|error| Failure::from(error).oauth())?;
    let Some(client) = found else {
        auth::prove_unknown(presented.client_id.as_str(), &presented.credential);
        return Err(refused("there is no such client"));
    };
    match auth::prove(&client, &presented.credential, now) {
        Ok(()) if client.disabled => Err(refused("the client is disabled")),
        Ok(()) => Ok(client),
        Err(reason) => Err(refused(&reason.to_string())),
    }
}
