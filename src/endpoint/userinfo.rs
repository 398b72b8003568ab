//! The userinfo endpoint (OpenID Connect Core §5.3). One statement: grant, person and today's tenancy;
//! then the operators' hooks that list this output, if there are any.

use std::sync::Arc;

use axum::extract::{FromRequest as _, Request, State};
use axum::response::{IntoResponse, Response};
use http::Method;
use serde_json::{Map, Value};

use crate::base::id::{ClientId, HookEventId};
use crate::claims::assemble;
use crate::claims::outputs::Switches;
use crate::db::unit_of_work::RequestContext;
use crate::hook::ask::{Occasion, Question};
use crate::hook::{AskError, HookError, merge, response};
use crate::http::app_state::AppState;
use crate::http::extract::bearer;
use crate::http::extract::form::{Form, is_form};
use crate::http::respond::challenge::Challenge;
use crate::http::respond::failure::Failure;
use crate::http::respond::{oauth, refusal};
use crate::protocol::claims::{self, Output};
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::scope::{OPENID, ORGANIZATIONS};
use crate::token::access_token;
use crate::token::liveness::{self, UserinfoFacts};
use crate::token::token_issuer::MintError;

const INVALID: Challenge = Challenge::refused(ProtocolError::new(
    ErrorCode::InvalidToken,
    "the access token is not valid here",
));

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
    let token_issuer = state.app.token_issuer();
    let keys = token_issuer.keys.current();
    let token = access_token::read(token_issuer, &keys, text.expose(), context.now)
        .map_err(|error| Failure::from(error).into_response())?
        .ok_or_else(|| {
            let reason = "the token has expired, was changed, or is no access token of this server";
            INVALID.because(reason).into_response()
        })?;
    let failed = |error| Failure::from(error).into_response();
    let mut work = state.app.repeatable(context.clone()).await.map_err(failed)?;
    let facts = liveness::userinfo_facts(&mut work, token).await.map_err(failed)?;
    // Whoever is asked about the answer is asked while no connection is held.
    work.commit().await.map_err(failed)?;
    let facts = facts.ok_or_else(|| {
        let reason =
            "the token was revoked, or its grant, session or person has ended, or it is a client's own";
        INVALID.because(reason).into_response()
    })?;
    let client_id = facts.token.get("client_id").and_then(Value::as_str);
    let client_id = ClientId::from_text(client_id.unwrap_or_default());
    about(&state, &context, facts)
        .await
        .map_err(|response| refusal::asked_by(response, &client_id))
}

/// What a living token's person is told.
async fn about(
    state: &AppState,
    context: &RequestContext,
    facts: UserinfoFacts,
) -> Result<Response, Response> {
    let token = Arc::clone(&facts.token);
    let text = |name: &str| token.get(name).and_then(Value::as_str);
    // Userinfo is a resource of the issuer itself: a token for another audience is not for us.
    if text("aud") != Some(state.app.issuer().as_str()) {
        let reason =
            "the token is for another audience: userinfo takes those that were asked for without resource";
        return Err(INVALID.because(reason).into_response());
    }
    let scope = text("scope").unwrap_or_default();
    if !scope.split(' ').any(|token| token == OPENID) {
        return Err(Challenge::insufficient(OPENID).into_response());
    }
    match Box::pin(said(state, context, facts, scope)).await {
        Ok(claims) => Ok(oauth::json(&claims)),
        // A refusal, the built-in hook's or an operator's: the token is no longer good for this.
        Err(AskError::Hook(error)) if error.is_refusal() => {
            Err(INVALID.because("a hook refuses the person").into_response())
        }
        Err(AskError::Hook(error)) => Err(failed_mint(error)),
        Err(AskError::Database(error)) => Err(Failure::from(error).into_response()),
    }
}

fn failed_mint(error: HookError) -> Response {
    Failure::from(MintError::Hook(error)).into_response()
}

async fn said(
    state: &AppState,
    context: &RequestContext,
    facts: UserinfoFacts,
    scope: &str,
) -> Result<Map<String, Value>, AskError> {
    let token_issuer = state.app.token_issuer();
    let mut tenancy = response::read(facts.tenancy)?;
    if let Some(organizations) = facts.organizations {
        tenancy.insert(ORGANIZATIONS.to_owned(), organizations);
    }
    let switches = Switches::new(false, |wanted| scope.split(' ').any(|token| token == wanted));
    let scoped = scope.split(' ').flat_map(claims::of_scope).copied();
    let named = facts.claims.userinfo.keys().map(String::as_str);
    let standard = facts.profile.claims(scoped.chain(named));
    let draft = assemble::draft_userinfo(&facts.user_id, &tenancy, standard, switches);
    if !token_issuer.hooks.are_asked(Output::Userinfo) {
        return Ok(assemble::userinfo(draft, None)?);
    }
    let client_id = facts.token.get("client_id").and_then(Value::as_str);
    let client_id = ClientId::from_text(client_id.unwrap_or_default());
    let client = state.app.clients().find(client_id.as_str()).await?;
    let occasion = Occasion {
        event_id: HookEventId::new(context.now, &*context.entropy),
        now: context.now,
        address: context.origin.address,
        user_id: &facts.user_id,
        client_id: &client_id,
        first_party: client.is_some_and(|client| client.metadata.first_party),
        grant_type: None,
        authentication_method: "userinfo",
        since: Some(facts.began),
        preview: false,
    };
    let question = Question {
        occasion: &occasion,
        output: Output::Userinfo,
        draft: merge::Draft {
            protocol: &draft.protocol,
            tenancy: &draft.tenancy,
            facts: &tenancy,
            user_role_alias: token_issuer.settings.user_role_alias,
            claim_names: None,
        },
    };
    let decided = token_issuer.hooks.ask(context, &question).await?;
    Ok(assemble::userinfo(draft, Some(&decided))?)
}
