//! The sign-in page. A login inside an interaction, or by itself for the account page.
//!
//! A password login costs one statement to find the request, one to reserve the attempt, the hash outside of any
//! transaction, and a transaction of three statements.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderValue, StatusCode};

use super::{invitation, mailbox};
use crate::app::App;
use crate::authentication::device::{KNOWN_FOR, KnownDevice};
use crate::authorization::interaction::{self, NextStep, Situation};
use crate::authorization::sent_response::SentResponse;
use crate::authorization::waiting;
use crate::base::handle::Handle;
use crate::base::id::UserId;
use crate::base::origin::Origin;
use crate::db::unit_of_work::RequestContext;
use crate::http::extract::browser::Browser;
use crate::http::extract::cookies::CookieName;
use crate::http::extract::flow::{Flow, FlowForm, FormAnswer, REQUEST, Word};
use crate::http::extract::own_form::OwnForm;
use crate::http::extract::params::Params;
use crate::http::respond::authorization::answer_error;
use crate::http::respond::interaction_page::InteractionPage;
use crate::http::respond::page::{self, FormAction};
use crate::http::respond::page_error::PageError;
use crate::http::respond::redirect;
use crate::i18n::Texts;
use crate::lifecycle::sign_in::{PresentedPassword, SignIn, SignInOutcome};
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::session::LiveSession;
use crate::web::layout::PageLink;
use crate::web::login::{LoginPage, LoginProblem};

/// Shows the page for a waiting request, or for the account page. Whoever is signed in already, as far as is asked, is
/// led on. One statement for the session, if the browser has one.
pub async fn get(browser: Browser, flow: Option<Flow>) -> Response {
    let session = browser.session().await.map_err(PageError::from);
    let Some(flow) = flow else {
        return session.map_or_else(IntoResponse::into_response, |session| match session {
            None => show(&browser, StatusCode::OK, View::alone("")),
            Some(_) => lead_on(&browser, None),
        });
    };
    let response = session.map_or_else(IntoResponse::into_response, |session| match session {
        Some(session) if !must_again(&browser, &flow, &session) => lead_on(&browser, Some(&flow)),
        _ => {
            let username = flow.waiting.request.login_hint.as_deref().unwrap_or_default();
            show(&browser, StatusCode::OK, View::of(&flow, username))
        }
    });
    flow.bind(response)
}

/// Whether this person must sign in again, or somebody else, for the request.
fn must_again(browser: &Browser, flow: &Flow, session: &LiveSession) -> bool {
    let next = interaction::next(Situation {
        session: Some(session),
        ..flow.situation(browser)
    });
    next == NextStep::Login
}

/// Where whoever is signed in goes on.
pub(super) fn lead_on(browser: &Browser, flow: Option<&Flow>) -> Response {
    match flow {
        Some(flow) => flow.go_to(browser, InteractionPage::Continue),
        None => redirect::see_other(&browser.state.app.issuer().url(invitation::after_login(browser))),
    }
}

/// Takes name and password.
pub async fn post(browser: Browser, OwnForm(params): OwnForm) -> Result<Response, PageError> {
    let mut params = params.map_err(|_| PageError::GONE)?;
    let flow = Flow::find_if_named(&browser, &params, Word::GoOn).await?;
    let password = params.remove_secret("password");
    let username = params.get("username").unwrap_or_default();
    let view = flow
        .as_ref()
        .map_or_else(|| View::alone(username), |flow| View::of(flow, username));
    let again = |status, problem| show(&browser, status, view.because(problem));
    let Some(password) = password.filter(|_| !username.is_empty()) else {
        return Ok(again(StatusCode::BAD_REQUEST, LoginProblem::Incomplete));
    };
    let device = known_device(&browser);
    let replaces = browser.session_handle();
    let presented = PresentedPassword {
        username,
        password: &password,
        replaces: replaces.as_ref(),
        device: device.as_ref(),
    };
    let at_present = |origin| browser.state.app.context(origin);
    let outcome = sign_in(&browser.state.app, &at_present)
        .attempt(browser.context.clone(), presented)
        .await?;
    Ok(match outcome {
        SignInOutcome::SignedIn { handle, user_id } => {
            signed_in(&browser, lead_on(&browser, flow.as_ref()), &handle, &user_id)
        }
        SignInOutcome::Wrong => again(StatusCode::UNAUTHORIZED, LoginProblem::WrongCredentials),
        SignInOutcome::Locked { retry_after } => {
            let seconds = whole_seconds(retry_after);
            let problem = LoginProblem::TooManyAttempts(seconds);
            come_back(again(StatusCode::TOO_MANY_REQUESTS, problem), seconds)
        }
        SignInOutcome::Busy => come_back(again(StatusCode::SERVICE_UNAVAILABLE, LoginProblem::Busy), 2),
    })
}

pub(super) fn sign_in<'a>(
    app: &'a App,
    at_present: &'a (dyn Fn(Origin) -> RequestContext + Send + Sync),
) -> SignIn<'a> {
    SignIn {
        pool: app.pool(),
        at_present,
        hasher: app.hasher(),
        limits: app.throttle(),
        lifetimes: app.sessions().lifetimes(),
    }
}

/// The same answer with the cookie of the new session, and the one by which the browser is known.
pub(super) fn signed_in(
    browser: &Browser,
    mut response: Response,
    handle: &Handle,
    user_id: &UserId,
) -> Response {
    let device = remember(browser, known_device(browser).as_ref(), user_id);
    let lifetime = browser.state.app.sessions().lifetimes().absolute;
    let cookies = browser.state.cookies;
    let session = cookies.set(CookieName::Session, handle.expose(), Some(lifetime));
    for cookie in [session, device].into_iter().flatten() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// The form by which a person refuses to sign in.
pub struct Cancelled;

impl From<Params> for Cancelled {
    fn from(_: Params) -> Self {
        Self
    }
}

impl FormAnswer for Cancelled {
    fn word(&self) -> Word {
        Word::Refuse
    }
}

/// Takes the person's refusal: the client is told `access_denied`.
pub async fn cancel(
    browser: Browser,
    FlowForm { flow, .. }: FlowForm<Cancelled>,
) -> Result<Response, PageError> {
    let error = ProtocolError::new(ErrorCode::AccessDenied, "the person cancelled");
    let mut work = browser.single().await?;
    let finished = waiting::finish(&mut work, flow.ticket(), &SentResponse::error(error)).await?;
    work.commit().await?;
    if finished {
        Ok(answer_error(
            &browser,
            flow.wish(),
            &flow.waiting.request.target,
            error,
        ))
    } else {
        flow.overtaken(&browser, Word::Refuse).await
    }
}

/// The accounts that signed in with this browser before, if it can prove it.
fn known_device(browser: &Browser) -> Option<KnownDevice> {
    let cookie = browser.cookie(CookieName::Device)?;
    let keys = browser.state.app.token_issuer().keys.current();
    KnownDevice::read(cookie.expose(), &keys, browser.context.epoch, browser.context.now)
}

/// The cookie by which the browser is known from now on. Without it a sign-in is none the worse.
fn remember(browser: &Browser, before: Option<&KnownDevice>, user: &UserId) -> Option<HeaderValue> {
    let context = &browser.context;
    let device = KnownDevice::after_sign_in(before, user, context.now, &*context.entropy)?;
    let keys = browser.state.app.token_issuer().keys.current();
    match device.compose(&keys, context.epoch) {
        Ok(text) => browser
            .state
            .cookies
            .set(CookieName::Device, text.expose(), Some(KNOWN_FOR)),
        Err(error) => {
            tracing::warn!(error = %error, "a browser could not be remembered");
            None
        }
    }
}

/// No shorter than the wait, and never none.
pub(super) fn whole_seconds(wait: Duration) -> u64 {
    let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    whole.max(1)
}

/// What the page shows.
#[derive(Clone, Copy)]
struct View<'a> {
    flow: Option<&'a Flow>,
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

    fn of(flow: &'a Flow, username: &'a str) -> Self {
        Self {
            flow: Some(flow),
            username,
            problem: None,
        }
    }

    const fn because(mut self, problem: LoginProblem) -> Self {
        self.problem = Some(problem);
        self
    }
}

fn show(browser: &Browser, status: StatusCode, view: View<'_>) -> Response {
    let issuer = browser.state.app.issuer();
    let request = view.flow.map_or("", |flow| flow.handle.expose());
    // The same page again, also where a form was sent.
    let named = view.flow.map(|_| (REQUEST, request));
    let here = redirect::with_query(InteractionPage::Login.path(), named.as_slice());
    let layout = browser.layout_of(view.flow.and_then(Flow::wish)).at(Some(here));
    let page = LoginPage {
        layout: &layout,
        client: view.flow.map(|flow| super::consent::card(&flow.client, issuer)),
        request,
        action: &InteractionPage::Login.action(issuer),
        cancel_action: &InteractionPage::LoginCancel.action(issuer),
        username: view.username,
        links: &links(browser, layout.texts, request),
        problem: view.problem,
    };
    let form_action = view.flow.map_or(FormAction::Own, |_| FormAction::LeadsOut);
    page::with_status(status, &page, form_action)
}

/// What else somebody who cannot sign in may want: an account, or another password.
fn links(browser: &Browser, texts: Texts, request: &str) -> Vec<PageLink> {
    let state = &browser.state;
    let issuer = state.app.issuer();
    let with_request = |path: &str| {
        let parameters = [("request", request)];
        let parameters = if request.is_empty() {
            &parameters[..0]
        } else {
            &parameters[..]
        };
        redirect::with_query(&format!("{}{path}", issuer.path()), parameters)
    };
    let link = |id, path, label: &str| PageLink {
        id,
        address: with_request(path),
        label: label.to_owned(),
    };
    let sign_up = state.app.is_sign_up_open().then(|| {
        link(
            "sign-up",
            InteractionPage::SignUp.path(),
            texts.mailbox_create_account(),
        )
    });
    let forgot =
        mailbox::has_mail(&state.app).then(|| link("recovery", mailbox::RECOVERY, texts.mailbox_forgot()));
    forgot.into_iter().chain(sign_up).collect()
}

fn come_back(mut response: Response, seconds: u64) -> Response {
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}
