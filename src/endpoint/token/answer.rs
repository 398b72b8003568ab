//! The token endpoint (RFC 6749 §3.2).
//!
//! Round trips and signatures, with client and keys in memory: `client_credentials` 0 and 1; code exchange 1 statement
//! and 1 signature, 2 with `openid`; refresh the same. While operators' hooks are asked these two are read and completed
//! in a statement each, with one more for each event; an SQL hook has three round trips on its own connection, the last
//! of which nobody waits for. A client that authenticates by an assertion costs one statement more, here and at the
//! other endpoints: it is used up before the grant is looked at.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use serde::Serialize;

use super::person::{self, decide};
use crate::base::display;
use crate::client::{Client, Resource};
use crate::db::unit_of_work::RequestContext;
use crate::endpoint::client;
use crate::grant::client_credentials;
use crate::grant::issue::GrantContext;
use crate::grant::outcome::{GrantOutcome, Tokens};
use crate::http::app_state::AppState;
use crate::http::extract::form::Form;
use crate::http::extract::params::Params;
use crate::http::middleware::request_log::LoggedClient;
use crate::http::respond::failure::Failure;
use crate::http::respond::oauth::{self, OAuthError};
use crate::http::respond::refusal::{self, Asker};
use crate::protocol::error::{ErrorCode, ProtocolError, Remark};
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::{self, Scope};
use crate::token::access_token::MintContext;

/// RFC 6749 §5.1.
#[derive(Serialize)]
struct TokenResponse<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
}

/// Answers a token request.
pub async fn post(
    State(state): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    Form(params): Form,
) -> Result<Response, OAuthError> {
    let params = params?;
    let client = client::authenticate(&state, &headers, &params, context.now).await?;
    let mut response = answer(&state, context, &client, &params)
        .await
        .unwrap_or_else(|error| error.of_client(&client.client_id).into_response());
    let logged = LoggedClient(client.client_id.clone());
    response.extensions_mut().insert(logged);
    Ok(response)
}

async fn answer(
    state: &AppState,
    context: RequestContext,
    client: &Client,
    params: &Params,
) -> Result<Response, OAuthError> {
    let grant_type = grant_type(client, params)?;
    if let Some(reason) = state.app.may_not_mint() {
        tracing::error!(reason, client.id = %client.client_id, "no token was minted");
        return Err(OAuthError::unavailable());
    }
    let resource = resource(
        state,
        params,
        grant_type,
        client.metadata.default_resource.as_deref(),
    )
    .await?;
    let keys = state.app.token_issuer().keys.current();
    let grant = GrantContext {
        token_issuer: state.app.token_issuer(),
        keys: &keys,
        client,
        resource: resource.as_deref(),
    };
    let outcome = match grant_type {
        GrantType::AuthorizationCode => person::exchange(state, context, grant, params).await?,
        GrantType::RefreshToken => person::refresh(state, context, grant, params).await?,
        GrantType::ClientCredentials => own_token(state, context, grant, params).await?,
    };
    match outcome {
        GrantOutcome::Granted(tokens) => {
            let mut response = respond(&tokens);
            if grant_type == GrantType::ClientCredentials {
                tell_left_out(&mut response, client, params, &tokens.scope);
            }
            Ok(response)
        }
        GrantOutcome::Refused(error) => Err(OAuthError::new(error)),
    }
}

/// A missing parameter.
pub(super) fn missing(parameter: &'static str, description: &'static str) -> OAuthError {
    OAuthError::new(ProtocolError::new(ErrorCode::InvalidRequest, description).about(parameter))
}

/// What is asked for, if the client may.
fn grant_type(client: &Client, params: &Params) -> Result<GrantType, OAuthError> {
    let error = |code, description| ProtocolError::new(code, description).about("grant_type");
    let named = params
        .get("grant_type")
        .ok_or_else(|| missing("grant_type", "grant_type is missing"))?;
    let grant_type = GrantType::parse(named).ok_or_else(|| {
        error(ErrorCode::UnsupportedGrantType, "this grant_type is not served")
            .because(format!("grant_type {} is not served", display::quote(named, 64)))
    })?;
    if client.may_use(grant_type) {
        return Ok(grant_type);
    }
    let registered: Vec<&str> = client.metadata.grant_types.iter().map(|one| one.name()).collect();
    let refused = error(
        ErrorCode::UnauthorizedClient,
        "the client is not registered for this grant_type",
    );
    Err(refused
        .because(format!(
            "the client is not registered for the grant_type {}; registered are: {}",
            grant_type.name(),
            registered.join(" ")
        ))
        .into())
}

/// Tells the log which scopes were asked for and left out.
fn tell_left_out(response: &mut Response, client: &Client, params: &Params, granted: &Scope) {
    let asked = params.get("scope").and_then(|text| Scope::parse(text).ok());
    let remark = asked.filter(|asked| asked != granted).map(|asked| Remark {
        parameter: "scope",
        reason: scope::left_out(&asked, granted, &client.metadata.scope),
    });
    refusal::remark(response, &Asker::Registered(client.client_id.clone()), remark);
}

fn respond(tokens: &Tokens) -> Response {
    oauth::json(&TokenResponse {
        access_token: tokens.access_token.expose(),
        token_type: "Bearer",
        expires_in: tokens.expires_in.as_secs(),
        refresh_token: tokens
            .refresh_token
            .as_ref()
            .map(crate::base::secret::Secret::expose),
        id_token: tokens.id_token.as_ref().map(crate::base::secret::Secret::expose),
        scope: tokens.scope.to_string(),
    })
}

/// The resource that the request names (RFC 8707 §2.2). A code or refresh token brings its own.
async fn resource(
    state: &AppState,
    params: &Params,
    grant_type: GrantType,
    default: Option<&str>,
) -> Result<Option<std::sync::Arc<Resource>>, OAuthError> {
    let mut named = params.all("resource");
    let (first, second) = (named.next(), named.next());
    let error = |description| ProtocolError::new(ErrorCode::InvalidTarget, description).about("resource");
    if second.is_some() {
        return Err(error("an access token has one audience: name one resource").into());
    }
    let wanted = first.or(default.filter(|_| grant_type == GrantType::ClientCredentials));
    let Some(identifier) = wanted else { return Ok(None) };
    let found = state
        .app
        .resources()
        .find(identifier)
        .await
        .map_err(|error| Failure::from(error).oauth())?;
    let unknown = || {
        error("resource is not registered").because(format!(
            "there is no resource {}; `signet client resource-list` shows every one",
            display::quote(identifier, 200)
        ))
    };
    Ok(Some(found.ok_or_else(unknown)?))
}

async fn own_token(
    state: &AppState,
    context: RequestContext,
    grant: GrantContext<'_>,
    params: &Params,
) -> Result<GrantOutcome, OAuthError> {
    let mint = MintContext {
        now: context.now,
        entropy: &*context.entropy,
        epoch: context.epoch,
    };
    let minted = decide(client_credentials::grant(mint, grant, params.get("scope")))?;
    let (token, scope) = match minted {
        Ok(Ok(minted)) => minted,
        Ok(Err(refused)) | Err(refused) => return Ok(refused),
    };
    if token.reference.is_some() {
        let failed = |error| Failure::from(error).oauth();
        let mut work = state.app.single(context.clone()).await.map_err(failed)?;
        if let Err(refused) = decide(client_credentials::store_reference(&mut work, &token, grant).await)? {
            return Ok(refused);
        }
    }
    Ok(GrantOutcome::Granted(Box::new(client_credentials::tokens(
        token, scope,
    ))))
}
