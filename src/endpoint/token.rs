//! The token endpoint (RFC 6749 §3.2).
//!
//! Round trips and signatures, with client and keys in memory: `client_credentials` 0 and 1; code exchange 1 statement
//! and 1 signature, 2 with `openid`; refresh the same. A refused code or refresh token takes a second, slow path in
//! a transaction, to find out why and leave its trace.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use serde::Serialize;

use crate::client::{AccessTokenFormat, Resource};
use crate::db::work::Circumstances;
use crate::grant::authorization_code::{self, CodeRequest};
use crate::grant::client_credentials;
use crate::grant::issue::Granting;
use crate::grant::outcome::{GrantError, Outcome, Tokens};
use crate::grant::refresh_token::{self, RefreshRequest};
use crate::hook::answer::HookError;
use crate::http::edge::{Edge, Visit};
use crate::http::extract::form::Form;
use crate::http::extract::params::Params;
use crate::http::middleware::request_log::LoggedClient;
use crate::http::respond::failure::Failure;
use crate::http::respond::oauth::{self, OAuthError};
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::Scope;
use crate::token::access_token::Moment;
use crate::token::issuance::MintError;

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
    State(edge): State<Edge>,
    Visit(circumstances): Visit,
    headers: HeaderMap,
    Form(params): Form,
) -> Result<Response, OAuthError> {
    let params = params?;
    let client = super::client::authenticate(&edge, &headers, &params, circumstances.now).await?;
    let logged = LoggedClient(client.client_id.clone());
    let grant_type = params
        .get("grant_type")
        .ok_or_else(|| refuse(ErrorCode::InvalidRequest, "grant_type is missing"))?;
    let grant_type = GrantType::parse(grant_type)
        .ok_or_else(|| refuse(ErrorCode::UnsupportedGrantType, "this grant_type is not served"))?;
    if !client.grant_types.contains(&grant_type) {
        return Err(refuse(
            ErrorCode::UnauthorizedClient,
            "the client is not registered for this grant_type",
        ));
    }
    let resource = resource(&edge, &params, grant_type, client.default_resource.as_deref()).await?;
    let granting = Granting {
        issuance: edge.app.issuance(),
        client: &client,
        resource: resource.as_deref(),
    };
    let outcome = match grant_type {
        GrantType::AuthorizationCode => exchange(&edge, circumstances, granting, &params).await?,
        GrantType::RefreshToken => refresh(&edge, circumstances, granting, &params).await?,
        GrantType::ClientCredentials => own_token(&edge, circumstances, granting, &params).await?,
    };
    let mut response = match outcome {
        Outcome::Granted(tokens) => respond(&tokens),
        Outcome::Refused(error) => OAuthError::new(error).into_response(),
    };
    response.extensions_mut().insert(logged);
    Ok(response)
}

fn refuse(code: ErrorCode, description: &'static str) -> OAuthError {
    OAuthError::new(ProtocolError::new(code, description))
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
    edge: &Edge,
    params: &Params,
    grant_type: GrantType,
    default: Option<&str>,
) -> Result<Option<std::sync::Arc<Resource>>, OAuthError> {
    let mut named = params.all("resource");
    let (first, second) = (named.next(), named.next());
    if second.is_some() {
        return Err(refuse(
            ErrorCode::InvalidTarget,
            "an access token has one audience: name one resource",
        ));
    }
    let wanted = first.or(default.filter(|_| grant_type == GrantType::ClientCredentials));
    let Some(identifier) = wanted else { return Ok(None) };
    let found = edge
        .app
        .resources()
        .find(identifier)
        .await
        .map_err(|error| Failure::from(error).oauth())?;
    found
        .map(Some)
        .ok_or_else(|| refuse(ErrorCode::InvalidTarget, "resource is not registered"))
}

/// What a grant ended in, as the endpoint answers it.
fn decide<T>(result: Result<T, GrantError>) -> Result<Result<T, Outcome>, OAuthError> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(GrantError::Mint(MintError::Hook(HookError::Refused))) => {
            Ok(Err(Outcome::Refused(ProtocolError::new(
                ErrorCode::InvalidGrant,
                "the person is no longer a member of the organization",
            ))))
        }
        Err(GrantError::Mint(error)) => Err(Failure::from(error).oauth()),
        Err(GrantError::Database(error)) => Err(Failure::from(error).oauth()),
    }
}

async fn exchange(
    edge: &Edge,
    circumstances: Circumstances,
    granting: Granting<'_>,
    params: &Params,
) -> Result<Outcome, OAuthError> {
    let code = params
        .get("code")
        .ok_or_else(|| refuse(ErrorCode::InvalidRequest, "code is missing"))?;
    let request = CodeRequest {
        code,
        redirect_uri: params.get("redirect_uri"),
        code_verifier: params.get("code_verifier"),
    };
    let failed = |error| Failure::from(error).oauth();
    let mut work = begin(edge, circumstances.clone(), granting).await?;
    match decide(authorization_code::redeem(&mut work, granting, request).await)? {
        Err(outcome) => return Ok(outcome),
        Ok(Some(outcome)) => {
            work.commit().await.map_err(failed)?;
            return Ok(outcome);
        }
        Ok(None) => work.rollback().await.map_err(failed)?,
    }
    let mut work = edge.app.begin(circumstances).await.map_err(failed)?;
    let outcome = decide(authorization_code::explain(&mut work, granting, request).await)?;
    work.commit().await.map_err(failed)?;
    Ok(outcome.unwrap_or_else(|refused| refused))
}

async fn refresh(
    edge: &Edge,
    circumstances: Circumstances,
    granting: Granting<'_>,
    params: &Params,
) -> Result<Outcome, OAuthError> {
    let token = params
        .get("refresh_token")
        .ok_or_else(|| refuse(ErrorCode::InvalidRequest, "refresh_token is missing"))?;
    let scope = params.get("scope").map(Scope::parse).transpose()?;
    let organization = scope
        .clone()
        .unwrap_or_default()
        .organization_or(params.get("organization"))?;
    // Naming an organization asks for it, not for less of the rest; whether it may be had is not a matter of scope.
    let scope = scope
        .map(Scope::without_organization)
        .filter(|scope| !scope.is_empty());
    let request = RefreshRequest {
        refresh_token: token,
        scope: scope.as_ref(),
        organization: organization.as_deref(),
    };
    let failed = |error| Failure::from(error).oauth();
    let mut work = begin(edge, circumstances.clone(), granting).await?;
    match decide(refresh_token::rotate(&mut work, granting, request).await)? {
        Err(outcome) => return Ok(outcome),
        Ok(Some(outcome)) => {
            work.commit().await.map_err(failed)?;
            return Ok(outcome);
        }
        Ok(None) => work.rollback().await.map_err(failed)?,
    }
    let mut work = edge.app.begin(circumstances).await.map_err(failed)?;
    let outcome = decide(refresh_token::explain(&mut work, granting, request).await)?;
    work.commit().await.map_err(failed)?;
    Ok(outcome.unwrap_or_else(|refused| refused))
}

async fn own_token(
    edge: &Edge,
    circumstances: Circumstances,
    granting: Granting<'_>,
    params: &Params,
) -> Result<Outcome, OAuthError> {
    let moment = Moment {
        now: circumstances.now,
        entropy: &*circumstances.entropy,
        epoch: circumstances.epoch,
    };
    let minted = decide(client_credentials::grant(moment, granting, params.get("scope")))?;
    let (token, scope) = match minted {
        Ok(Ok(minted)) => minted,
        Ok(Err(refused)) | Err(refused) => return Ok(refused),
    };
    if token.reference.is_some() {
        let failed = |error| Failure::from(error).oauth();
        let mut work = edge.app.single(circumstances.clone()).await.map_err(failed)?;
        if let Err(refused) = decide(client_credentials::store_reference(&mut work, &token, granting).await)?
        {
            return Ok(refused);
        }
    }
    Ok(Outcome::Granted(Box::new(client_credentials::tokens(
        token, scope,
    ))))
}

/// One autocommit statement is enough for JWTs; a reference token's row belongs to the same transaction.
async fn begin(
    edge: &Edge,
    circumstances: Circumstances,
    granting: Granting<'_>,
) -> Result<crate::db::Work, OAuthError> {
    let work = match granting.client.access_token_format {
        AccessTokenFormat::Jwt => edge.app.single(circumstances).await,
        AccessTokenFormat::Reference => edge.app.begin(circumstances).await,
    };
    work.map_err(|error| Failure::from(error).oauth())
}
