//! The page on which an invited person joins or declines: who asks them, to what, and as which role. The token comes in
//! the link, goes into a cookie at once so that it stands in no address afterwards, and waits there until somebody is
//! signed in. One statement for the session; the question and the answer are a transaction each.

use axum::extract::State;
use axum::response::Response;
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};

use super::signed_in;
use crate::base::handle::{Handle, Kind};
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::extract::cookies::CookieName;
use crate::http::extract::flow;
use crate::http::extract::form::{Form, Query};
use crate::http::extract::form_token;
use crate::http::extract::params::Params;
use crate::http::respond::failure::Failure;
use crate::http::respond::interaction_page::{INVITATION_PATH, InteractionPage};
use crate::http::respond::page::{self, FormAction};
use crate::http::respond::redirect;
use crate::session::LiveSession;
use crate::tenancy::invitation::{self, Offer, OfferedInvitation};
use crate::tenancy::{InvitationEnd, TenancyError, TenancyProblem};
use crate::web::invitation::{InvitationAnswerPage, InvitationPage};

/// Where a sign-in without an application leads: to the invitation that waits, else to the account page.
pub(super) fn after_login(state: &AppState, headers: &HeaderMap) -> &'static str {
    if waiting(state, headers).is_some() {
        INVITATION_PATH
    } else {
        "/account"
    }
}

/// Takes a token out of the link, or shows what the kept one offers; without a session the sign-in comes first.
pub async fn get(
    State(state): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    Query(params): Query,
) -> Response {
    let request_id = context.origin.request_id.clone();
    if let Some(text) = params.as_ref().ok().and_then(|params| params.get("token")) {
        return match Handle::parse(Kind::Invitation, text) {
            Some(token) => keep(&state, &token, &state.app.issuer().url(INVITATION_PATH)),
            None => refuse(&state, TenancyError::InvitationUnknown, &request_id),
        };
    }
    let Some(token) = waiting(&state, &headers) else {
        let sentence = "No invitation waits in this browser. Open the link of the invitation again.";
        return answer(&state, StatusCode::NOT_FOUND, ("No invitation here", sentence));
    };
    show(&state, context, &headers, &token)
        .await
        .unwrap_or_else(|error| refuse(&state, error, &request_id))
}

/// Takes the person's answer.
pub async fn post(
    State(state): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    Form(params): Form,
) -> Response {
    let request_id = context.origin.request_id.clone();
    if let Err(response) = flow::require_own_page(&state, &headers, &request_id) {
        return response;
    }
    let params = params.unwrap_or_default();
    let token = params
        .get("token")
        .and_then(|text| Handle::parse(Kind::Invitation, text));
    let Some(token) = token else {
        return refuse(&state, TenancyError::InvitationUnknown, &request_id);
    };
    take(&state, context, &headers, (&token, &params))
        .await
        .unwrap_or_else(|error| refuse(&state, error, &request_id))
}

async fn show(
    state: &AppState,
    context: RequestContext,
    headers: &HeaderMap,
    token: &Handle,
) -> Result<Response, TenancyError> {
    let request_id = context.origin.request_id.clone();
    let Some(session) = signed_in::session(state, context.clone(), headers).await? else {
        return Ok(redirect::see_other(
            &state.app.issuer().url(InteractionPage::Login.path()),
        ));
    };
    let mut work = state.app.begin(context).await?;
    let offer = invitation::offer(&mut work, token, &session.session.user_id).await?;
    work.commit().await?;
    Ok(match offer {
        Offer::Waits(offered) => ask(state, (token, &offered), &session, &request_id),
        Offer::Joined(joined) => {
            let sentence = format!("You have joined already. Your role there is {}.", joined.role);
            answer(state, StatusCode::OK, ("You are a member", &sentence))
        }
    })
}

async fn take(
    state: &AppState,
    context: RequestContext,
    headers: &HeaderMap,
    (token, params): (&Handle, &Params),
) -> Result<Response, TenancyError> {
    let issuer = state.app.issuer();
    let Some(session) = signed_in::session(state, context.clone(), headers).await? else {
        return Ok(keep(state, token, &issuer.url(InteractionPage::Login.path())));
    };
    let keys = &state.app.token_issuer().keys;
    if !form_token::matches(keys, &facts(token, &session), params.get("shown_for")) {
        tracing::info!(
            user.id = %session.session.user_id,
            "the form of an invitation was posted that was shown for somebody else: it is shown anew"
        );
        return Ok(keep(state, token, &issuer.url(INVITATION_PATH)));
    }
    match params.get("decision") {
        Some("accept") => accept(state, context, token, &session).await,
        Some("decline") => decline(state, context, token, &session).await,
        // A missing or unknown word is no answer.
        _ => Ok(keep(state, token, &issuer.url(INVITATION_PATH))),
    }
}

async fn accept(
    state: &AppState,
    context: RequestContext,
    token: &Handle,
    session: &LiveSession,
) -> Result<Response, TenancyError> {
    let mut work = state.app.begin(context).await?;
    let accepted = invitation::accept(&mut work, token, &session.session.user_id).await?;
    work.commit().await?;
    let sentence = format!(
        "Your role there is {}. If you came from an application, you can go back to it.",
        accepted.role
    );
    Ok(over(state, ("You have joined", &sentence)))
}

async fn decline(
    state: &AppState,
    context: RequestContext,
    token: &Handle,
    session: &LiveSession,
) -> Result<Response, TenancyError> {
    let mut work = state.app.begin(context).await?;
    invitation::reject(&mut work, token, &session.session.user_id).await?;
    work.commit().await?;
    let sentence = "Nothing has changed for your account. The invitation cannot be used any more.";
    Ok(over(state, ("You have declined", sentence)))
}

/// The invitation that this browser was sent to answer.
fn waiting(state: &AppState, headers: &HeaderMap) -> Option<Handle> {
    let text = state.cookies.read(headers, CookieName::Invitation)?;
    Handle::parse(Kind::Invitation, text.expose())
}

/// Keeps the token in this browser for as long as a sign-in may take, and sends it on.
fn keep(state: &AppState, token: &Handle, next: &str) -> Response {
    let lifetime = state.app.config().tokens.interaction();
    let mut response = redirect::see_other(next);
    if let Some(cookie) = state
        .cookies
        .set(CookieName::Invitation, token.expose(), Some(lifetime))
    {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// What a form is shown for: the invitation and the person.
fn facts<'a>(token: &'a Handle, session: &'a LiveSession) -> [&'a str; 3] {
    ["invitation", token.expose(), session.session.user_id.as_str()]
}

fn ask(
    state: &AppState,
    (token, offered): (&Handle, &OfferedInvitation),
    session: &LiveSession,
    request_id: &str,
) -> Response {
    let shown_for = match form_token::make(&state.app.token_issuer().keys, &facts(token, session)) {
        Ok(shown_for) => shown_for,
        Err(error) => {
            tracing::error!(error = %error, "no form token could be made");
            return Failure::Broken.page(&state.layout, request_id);
        }
    };
    let person = &session.person;
    let page = InvitationPage {
        layout: &state.layout,
        user_name: if person.name.is_empty() {
            &person.email
        } else {
            &person.name
        },
        organization: &offered.organization_name,
        inviter: offered.inviter.as_deref(),
        role: offered.role.as_str(),
        token: token.expose(),
        shown_for: &shown_for,
        action: &format!("{}{INVITATION_PATH}", state.app.issuer().path()),
    };
    page::html(&page, FormAction::Own)
}

/// The answer was taken: the browser keeps the token no longer.
fn over(state: &AppState, told: (&str, &str)) -> Response {
    let mut response = answer(state, StatusCode::OK, told);
    if let Some(cookie) = state.cookies.remove(CookieName::Invitation) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

fn answer(state: &AppState, status: StatusCode, (title, sentence): (&str, &str)) -> Response {
    let page = InvitationAnswerPage {
        layout: &state.layout,
        title,
        sentence,
        account: &state.app.issuer().url("/account"),
    };
    page::with_status(status, &page, FormAction::None)
}

/// Says why an invitation cannot be answered, and what would help.
fn refuse(state: &AppState, error: TenancyError, request_id: &str) -> Response {
    let status = match error.problem() {
        TenancyProblem::NotFound => StatusCode::NOT_FOUND,
        TenancyProblem::Forbidden => StatusCode::FORBIDDEN,
        TenancyProblem::Conflict => StatusCode::CONFLICT,
        TenancyProblem::Invalid => StatusCode::BAD_REQUEST,
        TenancyProblem::Database => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let is_dead = matches!(
        error,
        TenancyError::InvitationUnknown | TenancyError::InvitationOver(_) | TenancyError::InviterGone
    );
    let sentence = match error {
        TenancyError::InvitationUnknown => {
            "There is no such invitation. It may have been sent anew: look for a newer message."
        }
        TenancyError::InvitationForAnother => {
            "It was sent to another address than the one of this account. Sign out, and sign in with the account of \
             that address."
        }
        TenancyError::EmailUnverified => {
            "The address of your account is not proven yet. Prove it, then open the link of the invitation again."
        }
        TenancyError::InvitationOver(InvitationEnd::Used) => "It was used already.",
        TenancyError::InvitationOver(InvitationEnd::Rejected) => {
            "It was declined. If you want to join after all, ask for a new one."
        }
        TenancyError::InvitationOver(InvitationEnd::Revoked) => "It was taken back.",
        TenancyError::InvitationOver(InvitationEnd::Expired) => "Its time has passed. Ask for a new one.",
        TenancyError::InviterGone => {
            "Whoever sent it may not give this role any more. Ask the organization for a new one."
        }
        TenancyError::Suspended(_) => "The organization is suspended at present.",
        TenancyError::Database(error) => return Failure::from(error).page(&state.layout, request_id),
        _ => "You cannot join this organization at present.",
    };
    let mut response = answer(state, status, ("This invitation cannot be used", sentence));
    // What can never be answered leads no later sign-in here.
    if is_dead && let Some(cookie) = state.cookies.remove(CookieName::Invitation) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
