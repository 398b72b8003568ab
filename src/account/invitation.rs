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
use crate::i18n::Texts;
use crate::session::LiveSession;
use crate::tenancy::TenancyError;
use crate::tenancy::invitation::{self, InvitationEnd, InvitationError, Offer, OfferedInvitation};
use crate::web::invitation::{InvitationAnswerPage, InvitationPage};
use crate::web::layout::Layout;
use crate::web::role_text;

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
            None => refuse(state, &browser.layout(), InvitationError::UnknownToken),
        };
    }
    let Some(token) = waiting(&browser) else {
        let layout = browser.layout();
        let words = (
            layout.texts.invitation_none_title(),
            layout.texts.invitation_none_text(),
        );
        return Ok(answer(state, &layout, StatusCode::NOT_FOUND, words));
    };
    let Some(session) = browser.session().await? else {
        let login = state.app.issuer().url(InteractionPage::Login.path());
        return Ok(redirect::see_other(&login));
    };
    let layout = browser.layout_for(None, &session.person);
    let texts = layout.texts;
    match offer(&browser, &token, &session).await {
        Ok(Offer::Waits(offered)) => ask(state, &layout, &token, &offered, &session),
        Ok(Offer::Joined(joined)) => {
            let role = role_text::name(texts, joined.role.as_str());
            let sentence = texts.invitation_member_text(role).plain();
            let words = (texts.invitation_member_title(), sentence.as_str());
            Ok(answer(state, &layout, StatusCode::OK, words))
        }
        Err(error) => refuse(state, &layout, error),
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
        return refuse(state, &browser.layout(), InvitationError::UnknownToken);
    };
    let issuer = state.app.issuer();
    let Some(session) = browser.session().await? else {
        return Ok(keep(state, &token, &issuer.url(InteractionPage::Login.path())));
    };
    if !is_shown_for(state, &token, &session, &params) {
        return Ok(keep(state, &token, &issuer.url(INVITATION_PATH)));
    }
    let layout = browser.layout_for(None, &session.person);
    let answered = match params.get("decision") {
        Some("accept") => accept(&browser, &layout, &token, &session).await,
        Some("decline") => decline(&browser, &layout, &token, &session).await,
        // A missing or unknown word is no answer.
        _ => Ok(keep(state, &token, &issuer.url(INVITATION_PATH))),
    };
    answered.or_else(|error| refuse(state, &layout, error))
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
    layout: &Layout,
    token: &Handle,
    session: &LiveSession,
) -> Result<Response, InvitationError> {
    let mut work = browser.begin().await?;
    let accepted = invitation::accept(&mut work, token, &session.session.user_id).await?;
    work.commit().await?;
    let texts = layout.texts;
    let role = role_text::name(texts, accepted.role.as_str());
    let sentence = texts.invitation_joined_text(role).plain();
    let words = (texts.invitation_joined_title(), sentence.as_str());
    Ok(over(&browser.state, layout, words))
}

async fn decline(
    browser: &Browser,
    layout: &Layout,
    token: &Handle,
    session: &LiveSession,
) -> Result<Response, InvitationError> {
    let mut work = browser.begin().await?;
    invitation::reject(&mut work, token, &session.session.user_id).await?;
    work.commit().await?;
    let words = (
        layout.texts.invitation_declined_title(),
        layout.texts.invitation_declined_text(),
    );
    Ok(over(&browser.state, layout, words))
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
    layout: &Layout,
    token: &Handle,
    offered: &OfferedInvitation,
    session: &LiveSession,
) -> Result<Response, PageError> {
    let shown_for = form_token::make(&state.app.token_issuer().keys, &facts(token, session))?;
    let page = InvitationPage {
        layout,
        user_name: session.person.display_name(),
        organization: &offered.organization_name,
        inviter: offered.inviter.as_deref(),
        role: role_text::name(layout.texts, offered.role.as_str()),
        open_until: &layout.texts.day(offered.expires_at),
        token: token.expose(),
        shown_for: &shown_for,
        action: &format!("{}{INVITATION_PATH}", state.app.issuer().path()),
    };
    Ok(page::html(&page, FormAction::Own))
}

/// The answer was taken: the browser keeps the token no longer.
fn over(state: &AppState, layout: &Layout, words: (&str, &str)) -> Response {
    let mut response = answer(state, layout, StatusCode::OK, words);
    if let Some(cookie) = state.cookies.remove(CookieName::Invitation) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// A heading and what it is about.
fn answer(
    state: &AppState,
    layout: &Layout,
    status: StatusCode,
    (title, sentence): (&str, &str),
) -> Response {
    let page = InvitationAnswerPage {
        layout,
        title,
        sentence,
        account: &state.app.issuer().url("/account"),
    };
    page::with_status(status, &page, FormAction::None)
}

/// Says why an invitation cannot be answered, and what would help.
fn refuse(state: &AppState, layout: &Layout, error: InvitationError) -> Result<Response, PageError> {
    let texts = layout.texts;
    let otherwise = texts.invitation_otherwise();
    let is_dead = matches!(
        error,
        InvitationError::UnknownToken | InvitationError::Over(_) | InvitationError::InviterGone
    );
    let (status, sentence) = match error {
        InvitationError::Database(error) | InvitationError::Tenancy(TenancyError::Database(error)) => {
            return Err(error.into());
        }
        InvitationError::UnknownToken => (StatusCode::NOT_FOUND, texts.invitation_unknown()),
        InvitationError::ForAnother => (StatusCode::FORBIDDEN, texts.invitation_for_another()),
        InvitationError::EmailUnverified => (StatusCode::FORBIDDEN, texts.invitation_email_unproven()),
        InvitationError::Over(end) => (StatusCode::CONFLICT, over_because(texts, end)),
        InvitationError::InviterGone => (StatusCode::FORBIDDEN, texts.invitation_inviter_gone()),
        InvitationError::Tenancy(TenancyError::Suspended(_)) => {
            (StatusCode::CONFLICT, texts.invitation_suspended())
        }
        InvitationError::Tenancy(TenancyError::Unknown(_) | TenancyError::UnknownUser(_))
        | InvitationError::Unknown(_) => (StatusCode::NOT_FOUND, otherwise),
        InvitationError::Tenancy(TenancyError::Forbidden(_) | TenancyError::BeyondModules { .. }) => {
            (StatusCode::FORBIDDEN, otherwise)
        }
        InvitationError::Tenancy(TenancyError::PersonalSpace(_) | TenancyError::QuotaReached { .. })
        | InvitationError::AlreadyInvited
        | InvitationError::MemberHasAddress => (StatusCode::CONFLICT, otherwise),
        InvitationError::Lifetime => (StatusCode::BAD_REQUEST, otherwise),
    };
    let mut response = answer(
        state,
        layout,
        status,
        (texts.invitation_refused_title(), sentence),
    );
    // What can never be answered leads no later sign-in here.
    if is_dead && let Some(cookie) = state.cookies.remove(CookieName::Invitation) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

const fn over_because(texts: Texts, end: InvitationEnd) -> &'static str {
    match end {
        InvitationEnd::Used => texts.invitation_used(),
        InvitationEnd::Rejected => texts.invitation_was_declined(),
        InvitationEnd::Revoked => texts.invitation_revoked(),
        InvitationEnd::Expired => texts.invitation_expired(),
    }
}
