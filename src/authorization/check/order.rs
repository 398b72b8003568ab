//! Owns the order of the checks: first who asks and where the answer may go, which only a page of ours can report;
//! then everything that the client is told by redirect.

use super::{hint, proof_of_key, redirect_uri, resource, response_type, scope};
use crate::authorization::parameters::Parameters;
use crate::authorization::request::{AuthorizationError, AuthorizationRequest, ResponseTarget};
use crate::client::{Client, Resources};
use crate::db::DatabaseError;
use crate::protocol::claims_request::ClaimsRequest;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::grant_type::GrantType;
use crate::protocol::pkce::CodeChallenge;
use crate::protocol::prompt::Prompt;
use crate::protocol::response_mode::ResponseMode;
use crate::protocol::scope::OPENID;
use crate::token::issuance::Issuance;

/// The longest `state` that is carried: applications keep in it what they were doing.
const LONGEST_STATE: usize = 8192;
/// The longest `nonce`: every ID token carries it.
const LONGEST_NONCE: usize = 2048;

/// What the checks need to know beside the request.
#[derive(Clone, Copy)]
pub struct Checks<'a> {
    /// The client that `client_id` names, enabled.
    pub client: &'a Client,
    /// Registered resources.
    pub resources: &'a Resources,
    /// For hints.
    pub issuance: &'a Issuance,
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

/// Proves where the answer may go, and with which `state`: an answer without the one that was sent tells the client
/// nothing (RFC 6749 §4.1.2.1). A repeated `redirect_uri` or `client_id` proves nothing.
fn target(client: &Client, parameters: &Parameters) -> Result<ResponseTarget, AuthorizationError> {
    let refused = |description| {
        let error = ProtocolError::new(ErrorCode::InvalidRequest, description);
        Err(AuthorizationError::Unredirectable(error))
    };
    if parameters.repeats("client_id") || parameters.repeats("redirect_uri") || parameters.repeats("state") {
        return refused("client_id, redirect_uri or state is repeated");
    }
    let (redirect_uri, redirect_uri_given) =
        redirect_uri::check(client, parameters).map_err(AuthorizationError::Unredirectable)?;
    let state = parameters.get("state");
    if state.is_some_and(|state| state.len() > LONGEST_STATE) {
        return refused("state is too long");
    }
    let target = ResponseTarget {
        client_id: client.client_id.clone(),
        redirect_uri,
        redirect_uri_given,
        response_mode: ResponseMode::default(),
        state: state.map(str::to_owned),
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
    if !client
        .metadata
        .grant_types
        .contains(&GrantType::AuthorizationCode)
    {
        return refused(
            ErrorCode::UnauthorizedClient,
            "the client is not registered for the code flow",
        );
    }
    let nonce = parameters.get("nonce");
    if nonce.is_some_and(|nonce| nonce.len() > LONGEST_NONCE) {
        return refused(ErrorCode::InvalidRequest, "nonce is too long");
    }
    let code_challenge = CodeChallenge::parse(
        parameters.get("code_challenge"),
        parameters.get("code_challenge_method"),
    )?;
    let scope = scope::check(client, parameters.get("scope"))?;
    if code_challenge.is_none() {
        let bound_by_nonce = scope.contains(OPENID) && nonce.is_some();
        proof_of_key::check_absence(client, bound_by_nonce)?;
    }
    let claims = parameters.get("claims").map(ClaimsRequest::parse).transpose()?;
    let claims = claims.map(|claims| claims.within(&client.metadata.scope));
    let max_age = match parameters.get("max_age") {
        None => client.metadata.default_max_age,
        Some(text) => match text.parse() {
            Ok(seconds) => Some(seconds),
            Err(_) => return refused(ErrorCode::InvalidRequest, "max_age is not a number of seconds"),
        },
    };
    Ok(AuthorizationRequest {
        organization: scope.organization_or(parameters.get("organization"))?,
        scope,
        nonce: nonce.map(str::to_owned),
        prompt: Prompt::parse(parameters.get("prompt").unwrap_or_default())?,
        max_age,
        login_hint: parameters
            .get("login_hint")
            .filter(|hint| hint.len() <= 254)
            .map(str::to_owned),
        expected_subject: hint::check(checks.issuance, parameters.get("id_token_hint"), claims.as_ref())?,
        claims,
        code_challenge,
        resource: None,
        target,
    })
}
