//! Owns the authentication of a client at an endpoint (RFC 6749 §2.3): the same work
//! for a known and an unknown client, and the reason of a refusal in the log only.

use std::sync::Arc;

use http::HeaderMap;

use crate::base::clock::Timestamp;
use crate::client::Client;
use crate::client::auth::{self, NotProven};
use crate::http::app_state::AppState;
use crate::http::extract::client_auth;
use crate::http::extract::params::Params;
use crate::http::respond::failure::Failure;
use crate::http::respond::oauth::OAuthError;
use crate::http::respond::refusal::Asker;
use crate::protocol::error::{ErrorCode, ProtocolError};

/// The client that a request proves to come from. No statement when the client is cached, but one where it
/// authenticates by an assertion: that is used up by it, whatever then becomes of the request.
pub async fn authenticate(
    state: &AppState,
    headers: &HeaderMap,
    params: &Params,
    now: Timestamp,
) -> Result<Arc<Client>, OAuthError> {
    let presented = client_auth::read(headers, params)
        .map_err(|error| OAuthError::from(error).asked_by(Asker::sent(params.get("client_id"))))?;
    let refused = |asker: Asker, reason: &str| {
        let error = ProtocolError::new(ErrorCode::InvalidClient, "client authentication failed");
        OAuthError::new(error.because(reason))
            .for_basic(presented.used_basic())
            .asked_by(asker)
    };
    let client_id = presented.client_id.as_str();
    let found = state
        .app
        .clients()
        .find(client_id)
        .await
        .map_err(|error| Failure::from(error).oauth())?;
    let Some(client) = found else {
        auth::prove_unknown(client_id, &presented.credential);
        let reason = "there is no such client; `signet client list` shows every one";
        return Err(refused(Asker::sent(Some(client_id)), reason));
    };
    let asker = Asker::Registered(client.client_id.clone());
    if client.disabled {
        auth::prove_unknown(client_id, &presented.credential);
        let reason = "the client is disabled; `signet client enable` lets it in again";
        return Err(refused(asker, reason));
    }
    let authenticator = state.app.authenticator();
    match authenticator.prove(&client, &presented.credential, now).await {
        Ok(()) => Ok(client),
        Err(NotProven::Database(error)) => Err(Failure::from(error).oauth()),
        Err(reason) => Err(refused(asker, &reason.to_string())),
    }
}
