//! The introspection endpoint (RFC 7662). One statement. It reports the claims of the token itself and calls no hook.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::claims::MintError;
use crate::claims::introspection::{self, IntrospectedAccessToken};
use crate::client::Client;
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::extract::authenticated_client::ClientRequest;
use crate::http::extract::params::Params;
use crate::http::respond::oauth::{self, OAuthError};
use crate::http::respond::refusal::{self, Asker};
use crate::protocol::error::{ErrorCode, ProtocolError, Remark};
use crate::token::access_token;
use crate::token::liveness::LiveGrant;
use crate::token::refresh_token::RefreshToken;

/// Answers an introspection request of an authenticated client.
pub async fn post(
    State(state): State<AppState>,
    context: RequestContext,
    ClientRequest { client, params }: ClientRequest,
) -> Result<Response, OAuthError> {
    answer(&state, context, &client, &params)
        .await
        .map_err(|error| error.of_client(&client.client_id))
}

async fn answer(
    state: &AppState,
    context: RequestContext,
    caller: &Client,
    params: &Params,
) -> Result<Response, OAuthError> {
    if !caller.is_confidential() {
        // A public client proves nothing, so it could ask about tokens that it found (RFC 7662 §2.1).
        let error = ProtocolError::new(
            ErrorCode::InvalidClient,
            "introspection needs client authentication",
        );
        let reason = "introspection needs client authentication, and the client is public (method none): register a \
                      confidential one for the resource server";
        return Err(OAuthError::new(error.because(reason)));
    }
    let missing = ProtocolError::new(ErrorCode::InvalidRequest, "token is missing").about("token");
    let token = params.get("token").ok_or(missing)?;
    let token_issuer = state.app.token_issuer();
    let keys = token_issuer.keys.current();
    let read = RefreshToken::read(token, &keys, context.epoch).map_err(MintError::Signing);
    if let Some(refresh) = read? {
        let grant = state.app.liveness().of_refresh_token(context, &refresh).await?;
        let visible =
            |grant: &LiveGrant| grant.client_id == caller.client_id || caller.metadata.may_introspect;
        return Ok(match grant {
            Some(grant) if visible(&grant) => {
                let issuer = token_issuer.issuer.as_str();
                reply(Some(introspection::refresh_token(issuer, grant.introspected())))
            }
            found => hidden(caller, found.is_some()),
        });
    }
    let Some(presented) = access_token::read(token_issuer, &keys, token, context.now)? else {
        return Ok(reply(None::<IntrospectedAccessToken>));
    };
    let liveness = state.app.liveness();
    let claims = liveness.of_access_token(context, token_issuer, presented).await?;
    Ok(match claims {
        Some(claims) if may_see(caller, &claims) => reply(Some(IntrospectedAccessToken(claims))),
        found => hidden(caller, found.is_some()),
    })
}

/// Reports a token as inactive. Whether it lives and is only not for this caller to see, the log is told.
fn hidden(caller: &Client, lives: bool) -> Response {
    let mut response = reply(None::<IntrospectedAccessToken>);
    let remark = lives.then(|| Remark {
        parameter: "token",
        reason: "the token is alive, but of another client, and the caller is not its audience's client (client edit \
                 --audience) and may not introspect every token (--may-introspect), so it is reported as inactive"
            .to_owned(),
    });
    refusal::remark(
        &mut response,
        &Asker::Registered(caller.client_id.clone()),
        remark,
    );
    response
}

/// The token's client, its audience's client, or whoever holds the permission.
fn may_see(caller: &Client, claims: &Map<String, Value>) -> bool {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    caller.metadata.may_introspect
        || text("client_id") == Some(caller.client_id.as_str())
        || (caller.metadata.audience.is_some() && caller.metadata.audience.as_deref() == text("aud"))
}

/// An inactive token is reported as nothing but that (RFC 7662 §2.2).
fn reply(claims: Option<impl Serialize>) -> Response {
    match claims {
        Some(claims) => oauth::json(&claims),
        None => oauth::json(&json!({ "active": false })),
    }
}
