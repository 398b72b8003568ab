//! The page on which an invited person joins or declines: who asks them, to what, and as which role. The token comes in
//! the link, goes into a cookie at once so that it stands in no address afterwards, and waits there until somebody is
//! signed in. One statement for the session; the question and the answer are a transaction each.

use axum::response::Response;
use http::StatusCode;
use http::header::SET_COOKIE;

use crate::base::handle::{Handle, Kind};
use crate::http::app_state::AppState;
use crate::http::extract::browser::Browser;
use crate::http::extract::cookies::CookieName;
use crate::http::extract::form::Query;
use crate::http::extract::form_token;
use crate::http::extract::own_form::OwnForm;
use crate::http::extract::params::Params;
use crate::http::respond::interaction_page::{INVITATION_PATH, InteractionPage};
use crate::http::respond::page::{self, FormAction};
use crate::http::respond::page_error::PageError;
use crate::http::respond::redirect;
use crate::session::LiveSession;
use crate::tenancy::invitation::{self, Offer, OfferedInvitation};
use crate::tenancy::{InvitationEnd, TenancyError, TenancyProblem};
use crate::web::invitation::{InvitationAnswerPage, InvitationPage};

/// Where a sign-in without an application leads: to the invitation that waits, else to the account page.
pub(super) fn after_login(browser: &Browser) -> &'static str {
    if waiting(browser).is_some() {
        INVITATION_PATH
    } else {
        "/account"
    }
}

/// Takes a token out of the link, or shows what the kept one offers; without a session the sign-in comes first.
pub async fn get(browser: Browser, Query(params): Query) -> Result<Response, PageError> {
    let state = &browser.state;
    if let Some(text) = params.as_ref().ok().and_then(|params| params.get("token")) {
        return match Handle::parse(Kind::Invitation, text) {
            Some(token) => Ok(keep(state, &token, &state.app.issuer().url(INVITATION_PATH))),
            None => refuse(state, TenancyError::InvitationUnknown),
        };
    }
    let Some(token) = waiting(&browser) else {
        let sentence = "No invitation waits in this browser. Open the link of the invitation again.";
        return Ok(answer(
            state,
            StatusCode::NOT_FOUND,
            "No invitation here",
            sentence,
        ));
    };
    let Some(session) = browser.session().await? else {
        let login = state.app.issuer().url(InteractionPage::Login.path());
        return Ok(redirect::see_other(&login));
    };
    match offer(&browser, &token, &session).await {
        Ok(Offer::Waits(offered)) => ask(state, &token, &offered, &session),
        Ok(Offer::Joined(joined)) => {
            let sentence = format!("You have joined already. Your role there is {}.", joined.role);
            Ok(answer(state, StatusCode::OK, "You are a member", &sentence))
        }
        Err(error) => refuse(state, error),
    }
}

/// Takes the person's answer.
pub async fn post(browser: Browser, OwnForm(params): OwnForm) -> Result<Response, PageError> {
    let state = &browser.state;
    let params = params.unwrap_or_default();
    let token = params
        .get("token")
        .and_then(|text| Handle::parse(Kind::Invitation, text));
    let Some(token) = token else {
        return refuse(state, TenancyError::InvitationUnknown);
    };
    let issuer = state.app.issuer();
    let Some(session) = browser.session().await? else {
        return Ok(keep(state, &token, &issuer.url(InteractionPage::Login.path())));
    };
    if !is_shown_for(state, &token, &session, &params) {
        return Ok(keep(state, &token, &issuer.url(INVITATION_PATH)));
    }
    let answered = match params.get("decision") {
        Some("accept") => accept(&browser, &token, &session).await,
        Some("decline") => decline(&browser, &token, &session).await,
        // A missing or unknown word is no answer.
        _ => Ok(keep(state, &token, &issuer.url(INVITATION_PATH))),
    };
    answered.or_else(|error| refuse(state, error))
}

/// Whether a form was shown for this invitation and this person.
fn is_shown_for(state: &AppState, token: &Handle, session: &LiveSession, params: &Params) -> bool {
    let keys = &state.app.token_issuer().keys;
    let matches = form_token::matches(keys, &facts(token, session), params.get("shown_for"));
    if !matches {
        tracing::info!(
            user.id = %session.session.user_id,
            "the form of an invitation was posted that was shown for somebody else: it is shown anew"
        );
    }
    matches
}

async fn offer(browser: &Browser, token: &Handle, session: &LiveSession) -> Result<Offer, TenancyError> {
    let mut work = browser.begin().await?;
    let offer = invitation::offer(&mut work, token, &session.session.user_id).await?;
    work.commit().await?;
    Ok(offer)
}

async fn accept(browser: &Browser, token: &Handle, session: &LiveSession) -> Result<Response, TenancyError> {
    let mut work = browser.begin().await?;
    let accepted = invitation::accept(&mut work, token, &session.session.user_id).await?;
    work.commit().await?;
    let sentence = format!(
        "Your role there is {}. If you came from an application, you can go back to it.",
        accepted.role
    );
    Ok(over(&browser.state, "You have joined", &sentence))
}

async fn decline(browser: &Browser, token: &Handle, session: &LiveSession) -> Result<Response, TenancyError> {
    let mut work = browser.begin().await?;
    invitation::reject(&mut work, token, &session.session.user_id).await?;
    work.commit().await?;
    let sentence = "Nothing has changed for your account. The invitation cannot be used any more.";
    Ok(over(&browser.state, "You have declined", sentence))
}

/// The invitation that this browser was sent to answer.
fn waiting(browser: &Browser) -> Option<Handle> {
    Handle::parse(Kind::Invitation, browser.cookie(CookieName::Invitation)?.expose())
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
    token: &Handle,
    offered: &OfferedInvitation,
    session: &LiveSession,
) -> Result<Response, PageError> {
    let shown_for = form_token::make(&state.app.token_issuer().keys, &facts(token, session))?;
    let page = InvitationPage {
        layout: &state.layout,
        user_name: session.person.display_name(),
        organization: &offered.organization_name,
        inviter: offered.inviter.as_deref(),
        role: offered.role.as_str(),
        token: token.expose(),
        shown_for: &shown_for,
        action: &format!("{}{INVITATION_PATH}", state.app.issuer().path()),
    };
    Ok(page::html(&page, FormAction::Own))
}

/// The answer was taken: the browser keeps the token no longer.
fn over(state: &AppState, title: &str, sentence: &str) -> Response {
    let mut response = answer(state, StatusCode::OK, title, sentence);
    if let Some(cookie) = state.cookies.remove(CookieName::Invitation) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

fn answer(state: &AppState, status: StatusCode, title: &str, sentence: &str) -> Response {
    let page = InvitationAnswerPage {
        layout: &state.layout,
        title,
        sentence,
        account: &state.app.issuer().url("/account"),
    };
    page::with_status(status, &page, FormAction::None)
}

/// Says why an invitation cannot be answered, and what would help.
fn refuse(state: &AppState, error: TenancyError) -> Result<Response, PageError> {
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
        TenancyError::Database(error) => return Err(error.into()),
        _ => "You cannot join this organization at present.",
    };
    let mut response = answer(state, status, "This invitation cannot be used", sentence);
    // What can never be answered leads no later sign-in here.
    if is_dead && let Some(cookie) = state.cookies.remove(CookieName::Invitation) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}
