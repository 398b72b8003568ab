//! Owns the order of the checks: first who asks and where the answer may go, which only a page of ours can report;
//! then everything that the client is told by redirect.

use super::{hint, proof_of_key, redirect_uri, request_object, resource, response_type, scope};
use crate::authorization::parameters::Parameters;
use crate::authorization::request::{
    AuthorizationError, AuthorizationRequest, CheckedRequest, ResponseTarget,
};
use crate::base::display;
use crate::claims::TokenIssuer;
use crate::client::{Client, Resources};
use crate::db::DatabaseError;
use crate::protocol::claims_request::ClaimsRequest;
use crate::protocol::error::{ErrorCode, ProtocolError, Refusal};
use crate::protocol::grant_type::GrantType;
use crate::protocol::pkce::CodeChallenge;
use crate::protocol::prompt::Prompt;
use crate::protocol::response_mode::ResponseMode;
use crate::protocol::scope::OPENID;

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
    pub token_issuer: &'a TokenIssuer,
}

/// Checks a request in full.
pub async fn check(
    checks: Checks<'_>,
    parameters: &Parameters,
) -> Result<Result<CheckedRequest, AuthorizationError>, DatabaseError> {
    let target = match target(checks.client, parameters) {
        Ok(target) => target,
        Err(error) => return Ok(Err(error)),
    };
    let mut checked = match parse(checks, parameters, target.clone()) {
        Ok(checked) => checked,
        Err(refusal) => {
            let target = told_by(target, parameters, &refusal);
            return Ok(Err(AuthorizationError::Redirectable(Box::new(target), refusal)));
        }
    };
    Ok(
        match resource::check(checks.resources, checks.client, &parameters.resources).await? {
            Ok(resource) => {
                checked.request.resource = resource;
                Ok(checked)
            }
            Err(refusal) => Err(AuthorizationError::Redirectable(Box::new(target), refusal)),
        },
    )
}

/// How a client is told that its request object is not read: as the URL says, else as the object itself does.
fn told_by(target: ResponseTarget, parameters: &Parameters, refusal: &Refusal) -> ResponseTarget {
    let object = match refusal.error.code {
        ErrorCode::RequestNotSupported if parameters.get("response_mode").is_none() => {
            parameters.get("request")
        }
        _ => None,
    };
    let response_mode = object.and_then(request_object::response_mode);
    ResponseTarget {
        response_mode: response_mode.unwrap_or(target.response_mode),
        ..target
    }
}

/// Proves where the answer may go, and with which `state`: an answer without the one that was sent tells the client
/// nothing (RFC 6749 §4.1.2.1). A repeated `redirect_uri` or `client_id` proves nothing.
fn target(client: &Client, parameters: &Parameters) -> Result<ResponseTarget, AuthorizationError> {
    let refused = |parameter, description| {
        let error = ProtocolError::new(ErrorCode::InvalidRequest, description).about(parameter);
        Err(AuthorizationError::Unredirectable(error.into()))
    };
    for name in ["client_id", "redirect_uri", "state"] {
        if parameters.repeats(name) {
            return refused(name, "client_id, redirect_uri or state is repeated");
        }
    }
    let (redirect_uri, redirect_uri_given) =
        redirect_uri::check(client, parameters).map_err(AuthorizationError::Unredirectable)?;
    let state = parameters.get("state");
    if state.is_some_and(|state| state.len() > LONGEST_STATE) {
        return refused("state", "state is too long");
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
        Err(error) => Err(AuthorizationError::Redirectable(Box::new(target), error.into())),
    }
}

/// What is refused wherever it stands: a parameter twice, and parameters that would change what the others say.
fn check_unserved(parameters: &Parameters) -> Result<(), Refusal> {
    if let Some(name) = parameters.repeated.first() {
        let error = ProtocolError::new(ErrorCode::InvalidRequest, "a parameter is repeated");
        return Err(error.because(format!(
            "the parameter {} is sent more than once",
            display::quote(name, 64)
        )));
    }
    for (name, code) in [
        ("request", ErrorCode::RequestNotSupported),
        ("request_uri", ErrorCode::RequestUriNotSupported),
        ("registration", ErrorCode::RegistrationNotSupported),
    ] {
        if parameters.get(name).is_some() {
            let error = ProtocolError::new(code, "this parameter is not supported").about(name);
            return Err(error.because(format!(
                "{name} is not supported: send the parameters in the request itself"
            )));
        }
    }
    Ok(())
}

fn parse(
    checks: Checks<'_>,
    parameters: &Parameters,
    target: ResponseTarget,
) -> Result<CheckedRequest, Refusal> {
    let client = checks.client;
    let invalid =
        |parameter, description| ProtocolError::new(ErrorCode::InvalidRequest, description).about(parameter);
    check_unserved(parameters)?;
    response_type::check_type(parameters.get("response_type"))?;
    if !client
        .metadata
        .grant_types
        .contains(&GrantType::AuthorizationCode)
    {
        let description = "the client is not registered for the code flow";
        return Err(ProtocolError::new(ErrorCode::UnauthorizedClient, description).into());
    }
    let nonce = parameters.get("nonce");
    if nonce.is_some_and(|nonce| nonce.len() > LONGEST_NONCE) {
        return Err(invalid("nonce", "nonce is too long").into());
    }
    let code_challenge = CodeChallenge::parse(
        parameters.get("code_challenge"),
        parameters.get("code_challenge_method"),
    )
    .map_err(|error| error.about("code_challenge"))?;
    let (scope, left_out) = scope::check(client, parameters.get("scope"))?;
    if code_challenge.is_none() {
        let bound_by_nonce = scope.contains(OPENID) && nonce.is_some();
        proof_of_key::check_absence(client, bound_by_nonce)?;
    }
    let claims = parameters.get("claims").map(ClaimsRequest::parse).transpose();
    let claims = claims.map_err(|error| error.about("claims"))?;
    let claims = claims.map(|claims| claims.within(&client.metadata.scope));
    let max_age = match parameters.get("max_age") {
        None => client.metadata.default_max_age,
        Some(text) => match text.parse() {
            Ok(seconds) => Some(seconds),
            Err(_) => return Err(invalid("max_age", "max_age is not a number of seconds").into()),
        },
    };
    let prompt = Prompt::parse(parameters.get("prompt").unwrap_or_default());
    let request = AuthorizationRequest {
        organization: scope.organization_or(parameters.get("organization"))?,
        scope,
        nonce: nonce.map(str::to_owned),
        prompt: prompt.map_err(|error| error.about("prompt"))?,
        max_age,
        login_hint: parameters
            .get("login_hint")
            .filter(|hint| hint.len() <= 254)
            .map(str::to_owned),
        expected_subject: hint::check(
            checks.token_issuer,
            parameters.get("id_token_hint"),
            claims.as_ref(),
        )?,
        claims,
        code_challenge,
        resource: None,
        target,
    };
    Ok(CheckedRequest { request, left_out })
}
