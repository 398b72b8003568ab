//! The token endpoint (RFC 6749 §3.2): it reads the request, has the grant carried out, and answers.
//!
//! Round trips and signatures, with client and keys in memory: `client_credentials` 0 and 1; code exchange 1 statement
//! and 1 signature, 2 with `openid`; refresh the same, and refreshes that come at once share a statement. While
//! operators' hooks are asked these two are read and completed in a statement each, with one more for each event; an SQL
//! hook has three round trips on its own connection, the last of which nobody waits for. A client that authenticates by
//! an assertion costs one statement more, here and at the other endpoints: it is used up before the grant is looked at.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::base::display;
use crate::base::secret::Secret;
use crate::client::{Client, Resource};
use crate::db::unit_of_work::RequestContext;
use crate::grant::outcome::{GrantOutcome, Tokens};
use crate::grant::{self, GrantParameters, TokenRequest};
use crate::http::app_state::AppState;
use crate::http::extract::authenticated_client::ClientRequest;
use crate::http::extract::params::Params;
use crate::http::middleware::request_log::LoggedClient;
use crate::http::respond::oauth::{self, OAuthError};
use crate::http::respond::refusal::{self, Asker};
use crate::protocol::error::{ErrorCode, ProtocolError, Remark};
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::{self, Scope};

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
    ClientRequest { client, params }: ClientRequest,
) -> Result<Response, OAuthError> {
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
    let services = state.app.grant_services();
    services.may_mint(client)?;
    let default = client.metadata.default_resource.as_deref();
    let default = default.filter(|_| grant_type == GrantType::ClientCredentials);
    let resource = resource(state, params, default).await?;
    let parameter = |name: &str| params.get(name);
    let request = TokenRequest {
        grant_type,
        client,
        resource: resource.as_deref(),
        parameters: GrantParameters::new(&parameter),
    };
    match grant::execute(services, context, request).await? {
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

/// What is asked for, if the client may.
fn grant_type(client: &Client, params: &Params) -> Result<GrantType, OAuthError> {
    let error = |code, description| ProtocolError::new(code, description).about("grant_type");
    let named = params
        .get("grant_type")
        .ok_or_else(|| error(ErrorCode::InvalidRequest, "grant_type is missing"))?;
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
        refresh_token: tokens.refresh_token.as_ref().map(Secret::expose),
        id_token: tokens.id_token.as_ref().map(Secret::expose),
        scope: tokens.scope.to_string(),
    })
}

/// The resource that the request names (RFC 8707 §2.2), or the client's own default. A code or refresh token brings its
/// own.
async fn resource(
    state: &AppState,
    params: &Params,
    default: Option<&str>,
) -> Result<Option<Arc<Resource>>, OAuthError> {
    let mut named = params.all("resource");
    let (first, second) = (named.next(), named.next());
    let error = |description| ProtocolError::new(ErrorCode::InvalidTarget, description).about("resource");
    if second.is_some() {
        return Err(error("an access token has one audience: name one resource").into());
    }
    let Some(identifier) = first.or(default) else {
        return Ok(None);
    };
    let unknown = || {
        error("resource is not registered").because(format!(
            "there is no resource {}; `signet client resource-list` shows every one",
            display::quote(identifier, 200)
        ))
    };
    let found = state.app.resources().find(identifier).await?;
    Ok(Some(found.ok_or_else(unknown)?))
}
