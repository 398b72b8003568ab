//! The userinfo endpoint (OpenID Connect Core §5.3). One statement: grant, person and today's tenancy;
//! then the operators' hooks that list this output, if there are any.

use axum::extract::{FromRequest as _, Request, State};
use axum::response::{IntoResponse, Response};
use http::Method;
use serde_json::{Map, Value};

use crate::base::actor::Actor;
use crate::base::id::{ClientId, HookEventId};
use crate::claims::mint::{self, Content, HookOccasion, MintRequest};
use crate::claims::subject::PersonFacts;
use crate::db::unit_of_work::RequestContext;
use crate::hook::{AskError, response};
use crate::http::app_state::AppState;
use crate::http::extract::bearer;
use crate::http::extract::form::{Form, is_form};
use crate::http::respond::challenge::Challenge;
use crate::http::respond::failure::Failure;
use crate::http::respond::{oauth, refusal};
use crate::protocol::claims::{self, Output};
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::scope::{OPENID, ORGANIZATIONS, Scope};
use crate::token::access_token;
use crate::token::liveness::UserinfoFacts;

const INVALID: Challenge = Challenge::refused(ProtocolError::new(
    ErrorCode::InvalidToken,
    "the access token is not valid here",
));

/// Why there is no userinfo answer.
enum UserinfoError {
    /// The token is not good for this; the text is for the log.
    Invalid(&'static str),
    /// It is good for something else (RFC 6750 §3.1).
    Insufficient,
    /// Something of ours failed.
    Failed(Failure),
}

impl<E> From<E> for UserinfoError
where
    Failure: From<E>,
{
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl IntoResponse for UserinfoError {
    fn into_response(self) -> Response {
        match self {
            Self::Invalid(reason) => INVALID.because(reason).into_response(),
            Self::Insufficient => Challenge::insufficient(OPENID).into_response(),
            Self::Failed(failure) => failure.into_response(),
        }
    }
}

/// Answers GET, POST with a header, and POST with the token in the body (RFC 6750 §2).
pub async fn answer(
    State(state): State<AppState>,
    context: RequestContext,
    request: Request,
) -> Result<Response, Response> {
    let text = if request.method() == Method::POST && is_form(request.headers()) {
        let headers = request.headers().clone();
        let Ok(Form(params)) = Form::from_request(request, &state).await;
        let params = params.map_err(|error| oauth::OAuthError::from(error).into_response())?;
        bearer::read(&headers, Some(&params))
    } else {
        bearer::read(request.headers(), None)
    };
    let text = text.map_err(|error| Challenge::from(error).into_response())?;
    let facts = facts(&state, context.clone(), text.expose())
        .await
        .map_err(IntoResponse::into_response)?;
    context.origin.proves(Actor::Person(facts.user_id.clone()));
    let client_id = facts.token.get("client_id").and_then(Value::as_str);
    let client_id = ClientId::from_text(client_id.unwrap_or_default());
    Box::pin(about(&state, &context, facts, &client_id))
        .await
        .map(|claims| oauth::json(&claims))
        .map_err(|error| refusal::asked_by(error.into_response(), &client_id))
}

/// What is known of the token's grant and person, if it lives.
async fn facts(
    state: &AppState,
    context: RequestContext,
    text: &str,
) -> Result<UserinfoFacts, UserinfoError> {
    let token_issuer = state.app.token_issuer();
    let keys = token_issuer.keys.current();
    let token = access_token::read(token_issuer, &keys, text, context.now)?;
    let token = token.ok_or(UserinfoError::Invalid(
        "the token has expired, was changed, or is no access token of this server",
    ))?;
    let facts = state.app.liveness().userinfo(context, token).await?;
    facts.ok_or(UserinfoError::Invalid(
        "the token was revoked, or its grant, session or person has ended, or it is a client's own",
    ))
}

/// What a living token's person is told.
async fn about(
    state: &AppState,
    context: &RequestContext,
    facts: UserinfoFacts,
    client_id: &ClientId,
) -> Result<Map<String, Value>, UserinfoError> {
    let text = |name: &str| facts.token.get(name).and_then(Value::as_str);
    // Userinfo is a resource of the issuer itself: a token for another audience is not for us.
    if text("aud") != Some(state.app.issuer().as_str()) {
        return Err(UserinfoError::Invalid(
            "the token is for another audience: userinfo takes those that were asked for without resource",
        ));
    }
    let scope = Scope::from_tokens(text("scope").unwrap_or_default().split(' '));
    if !scope.contains(OPENID) {
        return Err(UserinfoError::Insufficient);
    }
    match said(state, context, facts, client_id, &scope).await {
        Ok(claims) => Ok(claims),
        // A refusal, the built-in hook's or an operator's: the token is no longer good for this.
        Err(AskError::Hook(error)) if error.is_refusal() => {
            Err(UserinfoError::Invalid("a hook refuses the person"))
        }
        Err(error) => Err(error.into()),
    }
}

async fn said(
    state: &AppState,
    context: &RequestContext,
    facts: UserinfoFacts,
    client_id: &ClientId,
    scope: &Scope,
) -> Result<Map<String, Value>, AskError> {
    let mut tenancy = response::read(facts.tenancy)?;
    if let Some(organizations) = facts.organizations {
        tenancy.insert(ORGANIZATIONS.to_owned(), organizations);
    }
    let scoped = scope.iter().flat_map(claims::of_scope).copied();
    let named = facts.claims.userinfo.keys().map(String::as_str);
    let standard = facts.profile.claims(scoped.chain(named));
    let token_issuer = state.app.token_issuer();
    let request = MintRequest {
        scope,
        content: Content::Userinfo {
            person: &PersonFacts {
                user_id: facts.user_id,
                tenancy,
            },
            standard: &standard,
        },
    };
    if !token_issuer.hooks.are_asked(Output::Userinfo) {
        return Ok(mint::claims(token_issuer, request, context.now, None)?);
    }
    // The client is looked up only where somebody is told about it.
    let client = state.app.clients().find(client_id.as_str()).await?;
    let occasion = HookOccasion {
        event_id: HookEventId::new(context.now, &*context.entropy),
        client_id: client_id.clone(),
        first_party: client.is_some_and(|client| client.metadata.first_party),
        grant_type: None,
        since: Some(facts.began),
        preview: false,
    };
    let decided = mint::ask(token_issuer, request, context, &occasion).await?;
    Ok(mint::claims(
        token_issuer,
        request,
        context.now,
        decided.as_ref(),
    )?)
}
