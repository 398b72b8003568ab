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
use crate::tenancy::TenancyError;
use crate::tenancy::invitation::{self, InvitationEnd, InvitationError, Offer, OfferedInvitation};
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
            None => refuse(state, InvitationError::UnknownToken),
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
        return refuse(state, InvitationError::UnknownToken);
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

async fn offer(browser: &Browser, token: &Handle, session: &LiveSession) -> Result<Offer, InvitationError> {
    let mut work = browser.begin().await?;
    let offer = invitation::offer(&mut work, token, &session.session.user_id).await?;
    work.commit().await?;
    Ok(offer)
}

async fn accept(
    browser: &Browser,
    token: &Handle,
    session: &LiveSession,
) -> Result<Response, InvitationError> {
    let mut work = browser.begin().await?;
    let accepted = invitation::accept(&mut work, token, &session.session.user_id).await?;
    work.commit().await?;
    let sentence = format!(
        "Your role there is {}. If you came from an application, you can go back to it.",
        accepted.role
    );
    Ok(over(&browser.state, "You have joined", &sentence))
}

async fn decline(
    browser: &Browser,
    token: &Handle,
    session: &LiveSession,
) -> Result<Response, InvitationError> {
    let mut work = browser.begin().await?;
    invitation::reject(&mut work, token, &session.session.user_id).await?;
    work.commit().await?;
    let sentence = "Nothing has changed for your account. The invitation cannot be used any more.";
    Ok(over(&browser.state, "You have declined", sentence))
}

/// The invitation that this browser was sent to answer.
pub(super) fn waiting(browser: &Browser) -> Option<Handle> {
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
fn refuse(state: &AppState, error: InvitationError) -> Result<Response, PageError> {
    let is_dead = matches!(
        error,
        InvitationError::UnknownToken | InvitationError::Over(_) | InvitationError::InviterGone
    );
    let (status, sentence) = match error {
        InvitationError::Database(error) | InvitationError::Tenancy(TenancyError::Database(error)) => {
            return Err(error.into());
        }
        InvitationError::UnknownToken => (
            StatusCode::NOT_FOUND,
            "There is no such invitation. It may have been sent anew: look for a newer message.",
        ),
        InvitationError::ForAnother => (
            StatusCode::FORBIDDEN,
            "It was sent to another address than the one of this account. Sign out, and sign in with the account of \
             that address.",
        ),
        InvitationError::EmailUnverified => (
            StatusCode::FORBIDDEN,
            "The address of your account is not proven yet. Prove it, then open the link of the invitation again.",
        ),
        InvitationError::Over(end) => (StatusCode::CONFLICT, over_because(end)),
        InvitationError::InviterGone => (
            StatusCode::FORBIDDEN,
            "Whoever sent it may not give this role any more. Ask the organization for a new one.",
        ),
        InvitationError::Tenancy(TenancyError::Suspended(_)) => {
            (StatusCode::CONFLICT, "The organization is suspended at present.")
        }
        InvitationError::Tenancy(TenancyError::Unknown(_) | TenancyError::UnknownUser(_))
        | InvitationError::Unknown(_) => (StatusCode::NOT_FOUND, OTHERWISE),
        InvitationError::Tenancy(TenancyError::Forbidden(_) | TenancyError::BeyondModules { .. }) => {
            (StatusCode::FORBIDDEN, OTHERWISE)
        }
        InvitationError::Tenancy(TenancyError::PersonalSpace(_) | TenancyError::QuotaReached { .. })
        | InvitationError::AlreadyInvited
        | InvitationError::MemberHasAddress => (StatusCode::CONFLICT, OTHERWISE),
        InvitationError::Lifetime => (StatusCode::BAD_REQUEST, OTHERWISE),
    };
    let mut response = answer(state, status, "This invitation cannot be used", sentence);
    // What can never be answered leads no later sign-in here.
    if is_dead && let Some(cookie) = state.cookies.remove(CookieName::Invitation) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// What is said where nothing more helps.
const OTHERWISE: &str = "You cannot join this organization at present.";

const fn over_because(end: InvitationEnd) -> &'static str {
    match end {
        InvitationEnd::Used => "It was used already.",
        InvitationEnd::Rejected => "It was declined. If you want to join after all, ask for a new one.",
        InvitationEnd::Revoked => "It was taken back.",
        InvitationEnd::Expired => "Its time has passed. Ask for a new one.",
    }
}
