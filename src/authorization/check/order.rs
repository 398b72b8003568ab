//! Owns the order of the checks: first who asks and where the answer may go, which only a page of ours can report;
//! then everything that the client is told by redirect.

use super::{hint, redirect_uri, resource, response_type, scope};
use crate::authorization::parameters::Parameters;
use crate::authorization::request::{AuthorizationError, AuthorizationRequest, ResponseTarget};
use crate::base::clock::Timestamp;
use crate::client::{Client, Resources};
use crate::db::DatabaseError;
use crate::protocol::claims_request::ClaimsRequest;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::grant_type::GrantType;
use crate::protocol::pkce::CodeChallenge;
use crate::protocol::prompt::Prompt;
use crate::protocol::response_mode::ResponseMode;
use crate::token::issuance::Issuance;

/// The longest `state` or `nonce` that is carried.
const LONGEST_ECHO: usize = 2048;

/// What the checks need to know beside the request.
#[derive(Clone, Copy)]
pub struct Checks<'a> {
    /// The client that `client_id` names, enabled.
    pub client: &'a Client,
    /// Registered resources.
    pub resources: &'a Resources,
    /// For hints.
    pub issuance: &'a Issuance,
    /// The request's present.
    pub now: Timestamp,
}

/// Checks a request in full.
pub async fn check(
    checks: Checks<'_>,
    parameters: &Parameters,
) -> Result<Result<AuthorizationRequest, AuthorizationError>, DatabaseError> {
    let target = match target(checks.client, parameters) {
        Ok(target) => target,
        Err(error) => return Ok(Err(error)),
    };
    let request = match parse(checks, parameters, target.clone()) {
        Ok(request) => request,
        Err(error) => return Ok(Err(AuthorizationError::Redirectable(target, error))),
    };
    Ok(
        match resource::check(checks.resources, checks.client, &parameters.resources).await? {
            Ok(resource) => Ok(AuthorizationRequest { resource, ..request }),
            Err(error) => Err(AuthorizationError::Redirectable(target, error)),
        },
    )
}

/// Proves where the answer may go. A repeated `redirect_uri` or `client_id` proves nothing.
fn target(client: &Client, parameters: &Parameters) -> Result<ResponseTarget, AuthorizationError> {
    let repeated = |name: &str| parameters.repeated.iter().any(|repeated| repeated == name);
    if repeated("client_id") || repeated("redirect_uri") {
        let error = ProtocolError::new(ErrorCode::InvalidRequest, "client_id or redirect_uri is repeated");
        return Err(AuthorizationError::Unredirectable(error));
    }
    let (redirect_uri, redirect_uri_given) = redirect_uri::check(client, parameters.get("redirect_uri"))
        .map_err(AuthorizationError::Unredirectable)?;
    let state = parameters
        .get("state")
        .filter(|state| state.len() <= LONGEST_ECHO)
        .map(str::to_owned);
    let target = ResponseTarget {
        client_id: client.client_id.clone(),
        redirect_uri,
        redirect_uri_given,
        response_mode: ResponseMode::default(),
        state,
    };
    match response_type::check_mode(parameters.get("response_mode")) {
        Ok(response_mode) => Ok(ResponseTarget {
            response_mode,
            ..target
        }),
        Err(error) => Err(AuthorizationError::Redirectable(target, error)),
    }
}

fn parse(
    checks: Checks<'_>,
    parameters: &Parameters,
    target: ResponseTarget,
) -> Result<AuthorizationRequest, ProtocolError> {
    let client = checks.client;
    let refused = |code, description| Err(ProtocolError::new(code, description));
    if !parameters.repeated.is_empty() {
        return refused(ErrorCode::InvalidRequest, "a parameter is repeated");
    }
    for (name, code) in [
        ("request", ErrorCode::RequestNotSupported),
        ("request_uri", ErrorCode::RequestUriNotSupported),
        ("registration", ErrorCode::RegistrationNotSupported),
    ] {
        if parameters.get(name).is_some() {
            return refused(code, "this parameter is not supported");
        }
    }
    response_type::check_type(parameters.get("response_type"))?;
    if !client.grant_types.contains(&GrantType::AuthorizationCode) {
        return refused(
            ErrorCode::UnauthorizedClient,
            "the client is not registered for the code flow",
        );
    }
    if [parameters.get("state"), parameters.get("nonce")]
        .into_iter()
        .flatten()
        .any(|echo| echo.len() > LONGEST_ECHO)
    {
        return refused(ErrorCode::InvalidRequest, "state or nonce is too long");
    }
    let code_challenge = CodeChallenge::parse(
        parameters.get("code_challenge"),
        parameters.get("code_challenge_method"),
    )?;
    if client.require_pkce && code_challenge.is_none() {
        return refused(ErrorCode::InvalidRequest, "code_challenge is missing");
    }
    let scope = scope::check(client, parameters.get("scope"))?;
    let claims = parameters.get("claims").map(ClaimsRequest::parse).transpose()?;
    let claims = claims.map(|claims| claims.within(&client.scopes));
    let max_age = match parameters.get("max_age") {
        None => client.default_max_age,
        Some(text) => match text.parse() {
            Ok(seconds) => Some(seconds),
            Err(_) => return refused(ErrorCode::InvalidRequest, "max_age is not a number of seconds"),
        },
    };
    Ok(AuthorizationRequest {
        organization: scope.organization_or(parameters.get("organization"))?,
        scope,
        nonce: parameters.get("nonce").map(str::to_owned),
        prompt: Prompt::parse(parameters.get("prompt").unwrap_or_default())?,
        max_age,
        login_hint: parameters
            .get("login_hint")
            .filter(|hint| hint.len() <= 254)
            .map(str::to_owned),
        expected_subject: hint::check(
            checks.issuance,
            client,
            parameters.get("id_token_hint"),
            claims.as_ref(),
            checks.now,
        ),
        claims,
        code_challenge,
        resource: None,
        target,
    })
}
