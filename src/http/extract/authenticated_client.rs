//! Owns the authentication of a client at an endpoint (RFC 6749 §2.3): the same work for a known and an unknown
//! client, and the reason of a refusal in the log only. [`ClientRequest`] is what a handler asks for.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts as _, Request};
use http::HeaderMap;

use super::client_auth;
use super::form::Form;
use super::params::Params;
use crate::base::actor::Actor;
use crate::client::Client;
use crate::client::auth::{self, NotProven};
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::respond::oauth::OAuthError;
use crate::http::respond::refusal::Asker;
use crate::protocol::error::{ErrorCode, ProtocolError};

/// A request of a client that proved who it is. The form is the body of the request, since it may carry the proof.
pub struct ClientRequest {
    /// The client.
    pub client: Arc<Client>,
    /// The whole form.
    pub params: Params,
}

impl FromRequest<AppState> for ClientRequest {
    type Rejection = OAuthError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, OAuthError> {
        let (mut parts, body) = request.into_parts();
        let Ok(context) = RequestContext::from_request_parts(&mut parts, state).await;
        let headers = parts.headers.clone();
        let Ok(Form(params)) = Form::from_request(Request::from_parts(parts, body), state).await;
        let params = params?;
        let client = authenticate(state, &headers, &params, &context).await?;
        Ok(Self { client, params })
    }
}

/// The client that a request proves to come from. No statement when the client is cached, but one where it
/// authenticates by an assertion: that is used up by it, whatever then becomes of the request.
async fn authenticate(
    state: &AppState,
    headers: &HeaderMap,
    params: &Params,
    context: &RequestContext,
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
    let Some(client) = state.app.clients().find(client_id).await? else {
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
    let proven = authenticator
        .prove(&client, &presented.credential, context.now)
        .await;
    match proven {
        Ok(()) => {
            // A public client only says who it is.
            if client.is_confidential() {
                context.origin.proves(Actor::Client(client.client_id.clone()));
            }
            Ok(client)
        }
        Err(NotProven::Database(error)) => Err(error.into()),
        Err(reason) => Err(refused(asker, &reason.to_string())),
    }
}
