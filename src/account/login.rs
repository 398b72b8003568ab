//! The sign-in page. A login inside an interaction, or by itself for the account page.
//!
//! A password login costs one statement to find the request, one to reserve the attempt, the hash outside of any
//! transaction, and a transaction of three statements.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::{invitation, signed_in};
use crate::app::App;
use crate::authentication::device::{KNOWN_FOR, KnownDevice};
use crate::authentication::login::{self, Attempt, CheckedAttempt, LoginOutcome, Reservation, Whom};
use crate::authentication::password::HashError;
use crate::authorization::sent_response::SentResponse;
use crate::authorization::waiting;
use crate::base::handle::Handle;
use crate::base::id::UserId;
use crate::base::secret::Secret;
use crate::client::Client;
use crate::db::DatabaseError;
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::extract::cookies::CookieName;
use crate::http::extract::flow::{self, FoundFlow, Word, session_cookie};
use crate::http::extract::form::{Form, Query};
use crate::http::respond::authorization::{answer_error, gone};
use crate::http::respond::failure::Failure;
use crate::http::respond::interaction_page::InteractionPage;
use crate::http::respond::page::{self, FormAction};
use crate::http::respond::redirect;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::session::{self, NewSession};
use crate::user::Identifier;
use crate::web::login::{LoginPage, LoginProblem};

/// Shows the page for a waiting request, or for the account page. Whoever is signed in already, as far as is asked, is
/// led on. One statement for the session, if the browser has one.
pub async fn get(
    State(state): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    Query(params): Query,
) -> Response {
    let params = params.unwrap_or_default();
    let request_id = context.origin.request_id.clone();
    if !params.contains("request") {
        return match signed_in::session(&state, context, &headers).await {
            Ok(None) => show(&state, StatusCode::OK, View::alone("")),
            Ok(Some(_)) => {
                redirect::see_other(&state.app.issuer().url(invitation::after_login(&state, &headers)))
            }
            Err(error) => Failure::from(error).page(&state.layout, &request_id),
        };
    }
    let mut found = match flow::find(&state, &context, &headers, Some(&params), Word::GoOn).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let now = context.now;
    let new_cookie = found.new_cookie.take();
    let mut response = match signed_in::session(&state, context, &headers).await {
        Err(error) => Failure::from(error).page(&state.layout, &request_id),
        Ok(Some(session)) if !signed_in::must_again(&state, &found, &session, now) => {
            InteractionPage::Continue.redirect(state.app.issuer(), found.handle.expose())
        }
        Ok(_) => {
            let username = found.waiting.request.login_hint.clone().unwrap_or_default();
            show(&state, StatusCode::OK, View::of(&found, &username))
        }
    };
    if let Some(cookie) = new_cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// Takes name and password.
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
    let Ok(mut params) = params else {
        return gone(&state, &request_id);
    };
    let found = if params.contains("request") {
        match flow::find(&state, &context, &headers, Some(&params), Word::GoOn).await {
            Ok(found) => Some(found),
            Err(response) => return response,
        }
    } else {
        None
    };
    let password = params.remove_secret("password");
    let username = params.get("username").unwrap_or_default().to_owned();
    let view = || {
        found
            .as_ref()
            .map_or_else(|| View::alone(&username), |found| View::of(found, &username))
    };
    let Some(password) = password.filter(|_| !username.is_empty()) else {
        return show(
            &state,
            StatusCode::BAD_REQUEST,
            view().because(LoginProblem::Incomplete),
        );
    };
    let presented = Presented {
        username: &username,
        password: &password,
        replaces: session_cookie(&state, &headers),
        device: known_device(&state, &headers, &context),
    };
    match attempt(&state.app, context.clone(), &presented).await {
        Err(error) => Failure::from(error).page(&state.layout, &request_id),
        Ok(Attempted::SignedIn(handle, user)) => {
            let mut response = match &found {
                Some(found) => InteractionPage::Continue.redirect(state.app.issuer(), found.handle.expose()),
                None => {
                    redirect::see_other(&state.app.issuer().url(invitation::after_login(&state, &headers)))
                }
            };
            let lifetime = state.app.session_lifetimes().absolute;
            if let Some(cookie) = state
                .cookies
                .set(CookieName::Session, handle.expose(), Some(lifetime))
            {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            if let Some(cookie) = remember(&state, &context, presented.device.as_ref(), &user) {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            response
        }
        Ok(Attempted::Wrong) => show(
            &state,
            StatusCode::UNAUTHORIZED,
            view().because(LoginProblem::WrongCredentials),
        ),
        Ok(Attempted::Locked(seconds)) => {
            let shown = show(
                &state,
                StatusCode::TOO_MANY_REQUESTS,
                view().because(LoginProblem::TooManyAttempts(seconds)),
            );
            retry_after(shown, seconds)
        }
        Ok(Attempted::Busy) => retry_after(
            show(
                &state,
                StatusCode::SERVICE_UNAVAILABLE,
                view().because(LoginProblem::Busy),
            ),
            2,
        ),
    }
}

/// Takes the person's refusal: the client is told `access_denied`.
pub async fn cancel(
    State(state): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    Form(params): Form,
) -> Response {
    let request_id = context.origin.request_id.clone();
    if let Err(response) = flow::require_own_page(&state, &headers, &request_id) {
        return response;
    }
    let found = match flow::find(&state, &context, &headers, params.ok().as_ref(), Word::Refuse).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let error = ProtocolError::new(ErrorCode::AccessDenied, "the person cancelled");
    match finish(&state.app, context.clone(), &found, error).await {
        Ok(true) => answer_error(&state, &found.waiting.request.target, error),
        Ok(false) => flow::overtaken(&state, &context, &found.handle, &found.browser, Word::Refuse).await,
        Err(error) => Failure::from(error).page(&state.layout, &request_id),
    }
}

async fn finish(
    app: &App,
    context: RequestContext,
    found: &FoundFlow,
    error: ProtocolError,
) -> Result<bool, DatabaseError> {
    let mut work = app.single(context).await?;
    waiting::finish(&mut work, found.ticket(), &SentResponse::error(error)).await
}

/// The accounts that signed in with this browser before, if it can prove it.
fn known_device(state: &AppState, headers: &HeaderMap, context: &RequestContext) -> Option<KnownDevice> {
    let cookie = state.cookies.read(headers, CookieName::Device)?;
    let keys = state.app.token_issuer().keys.current();
    KnownDevice::read(cookie.expose(), &keys, context.epoch, context.now)
}

/// The cookie by which the browser is known from now on. Without it a sign-in is none the worse.
fn remember(
    state: &AppState,
    context: &RequestContext,
    before: Option<&KnownDevice>,
    user: &UserId,
) -> Option<HeaderValue> {
    let device = KnownDevice::after_sign_in(before, user, context.now, &*context.entropy)?;
    let keys = state.app.token_issuer().keys.current();
    match device.compose(&keys, context.epoch) {
        Ok(text) => state
            .cookies
            .set(CookieName::Device, text.expose(), Some(KNOWN_FOR)),
        Err(error) => {
            tracing::warn!(error = %error, "a browser could not be remembered");
            None
        }
    }
}

/// What somebody presents.
struct Presented<'a> {
    username: &'a str,
    password: &'a Secret,
    replaces: Option<Handle>,
    device: Option<KnownDevice>,
}

/// How a login went.
enum Attempted {
    SignedIn(Handle, UserId),
    Wrong,
    Locked(u64),
    Busy,
}

/// Reserves, hashes, completes: in this order, so that no number of parallel guesses passes the limit.
async fn attempt(
    app: &App,
    context: RequestContext,
    presented: &Presented<'_>,
) -> Result<Attempted, DatabaseError> {
    // What no identifier can be is nobody's: it is refused like any other, but costs no row.
    let Some(identifier) = Identifier::parse(presented.username) else {
        return Ok(Attempted::Wrong);
    };
    let reservation = {
        let mut work = app.single(context.clone()).await?;
        let whom = Whom::Identifier(identifier.as_str());
        login::reserve(&mut work, whom, presented.device.as_ref(), app.throttle()).await?
    };
    let attempt = match reservation {
        Reservation::Allowed(attempt) => attempt,
        Reservation::Locked { retry_after } => return Ok(Attempted::Locked(whole_seconds(retry_after))),
    };
    let checked = match attempt
        .check(app.hasher(), &**app.entropy(), presented.password)
        .await
    {
        Ok(checked) => checked,
        Err(error) => {
            if !matches!(error, HashError::Busy) {
                tracing::error!(error = %error, "a password could not be checked");
            }
            release(app, context, &attempt).await;
            return Ok(Attempted::Busy);
        }
    };
    // The clock is read again: the proof was given after the hash, which can have waited.
    let context = app.context(context.origin);
    match complete(app, context.clone(), checked, presented.replaces.as_ref()).await {
        Err(error) => {
            release(app, context, &attempt).await;
            Err(error)
        }
        completed => completed,
    }
}

/// Nobody pays for an outage of ours. If the attempt cannot be given back either, it counts as one until its window is
/// over.
async fn release(app: &App, context: RequestContext, attempt: &Attempt) {
    let released = async {
        let mut work = app.single(context).await?;
        login::release(&mut work, attempt).await
    };
    if let Err(error) = released.await {
        tracing::warn!(error = %error, "a login that the database cut short counts as an attempt");
    }
}

/// In one transaction: the answer to the password, and the session.
async fn complete(
    app: &App,
    context: RequestContext,
    checked: CheckedAttempt,
    replaces: Option<&Handle>,
) -> Result<Attempted, DatabaseError> {
    let mut work = app.begin(context).await?;
    let outcome = match login::complete(&mut work, checked).await? {
        LoginOutcome::Refused => Attempted::Wrong,
        LoginOutcome::Granted(authenticated) => {
            let new = NewSession {
                user_id: &authenticated.user_id,
                assurance: authenticated.assurance,
                lifetimes: app.session_lifetimes(),
                replaces,
            };
            match session::start(&mut work, new).await? {
                Some((_, handle)) => Attempted::SignedIn(handle, authenticated.user_id),
                None => Attempted::Wrong,
            }
        }
    };
    work.commit().await?;
    Ok(outcome)
}

/// No shorter than the wait, and never none.
fn whole_seconds(wait: Duration) -> u64 {
    let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    whole.max(1)
}

/// What the page shows.
#[derive(Clone, Copy)]
struct View<'a> {
    flow: Option<(&'a Client, &'a str)>,
    username: &'a str,
    problem: Option<LoginProblem>,
}

impl<'a> View<'a> {
    const fn alone(username: &'a str) -> Self {
        Self {
            flow: None,
            username,
            problem: None,
        }
    }

    fn of(found: &'a FoundFlow, username: &'a str) -> Self {
        Self {
            flow: Some((&found.client, found.handle.expose())),
            username,
            problem: None,
        }
    }

    const fn because(mut self, problem: LoginProblem) -> Self {
        self.problem = Some(problem);
        self
    }
}

fn show(state: &AppState, status: StatusCode, view: View<'_>) -> Response {
    let issuer = state.app.issuer();
    let page = LoginPage {
        layout: &state.layout,
        client: view.flow.map(|(client, _)| super::consent::card(client, issuer)),
        request: view.flow.map_or("", |(_, handle)| handle),
        action: &InteractionPage::Login.action(issuer),
        cancel_action: &InteractionPage::LoginCancel.action(issuer),
        username: view.username,
        problem: view.problem,
    };
    let form_action = view.flow.map_or(FormAction::Own, |_| FormAction::LeadsOut);
    page::with_status(status, &page, form_action)
}

fn retry_after(mut response: Response, seconds: u64) -> Response {
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}
