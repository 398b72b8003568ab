//! RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0).
//!
//! A hint that proves the browser's own session ends it at once; anything else asks the person first. A redirect
//! leads only to a URI that the client registered. No address of ours carries a hint: a form is stored and its sender
//! is sent on with GET, which alone reads the session (a cross-site POST carries no Lax cookie), and the question
//! stands at an address that names nothing but a handle.
//!
//! Round trips: 1 statement for the session, a transaction of 2 to end it. Where somebody is asked, 1 more to store the
//! request, 2 for the question, and 2 with the answer.

use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};
use http::HeaderValue;
use http::header::SET_COOKIE;

use crate::audit::{self, SessionEvent};
use crate::base::handle::{Handle, Kind};
use crate::base::id::ClientId;
use crate::client::Client;
use crate::db::DatabaseError;
use crate::http::app_state::AppState;
use crate::http::extract::browser::{Browser, BrowserSession, FlowCookie};
use crate::http::extract::cookies::CookieName;
use crate::http::extract::form::{Form, Query};
use crate::http::extract::own_form::OwnForm;
use crate::http::extract::params::{Params, ParamsError};
use crate::http::middleware::request_log::LoggedError;
use crate::http::respond::page::{self, FormAction};
use crate::http::respond::page_error::PageError;
use crate::http::respond::redirect;
use crate::http::respond::refusal::{self, Asker};
use crate::i18n::Locale;
use crate::logout::request::{Asked, CheckedLogout, LogoutRequest};
use crate::logout::waiting;
use crate::protocol::error::{ErrorCode, ProtocolError, Remark};
use crate::session::{self, EndReason, LiveSession};
use crate::web::error::ErrorPage;
use crate::web::logout::{LogoutConfirmPage, SignedOutPage, WayBack};

/// The endpoint (RP-Initiated Logout §2).
pub const PATH: &str = "/oauth2/logout";
/// Where the question stands, and where it is answered.
pub const CONFIRM_PATH: &str = "/oauth2/logout/confirm";
/// Where everybody arrives who is sent nowhere else.
pub const DONE_PATH: &str = "/oauth2/logout/done";
/// Says there that the application's address was not followed.
const NOT_RETURNED: &str = "not_returned";
/// In which languages the person is spoken to.
const UI_LOCALES: &str = "ui_locales";

/// A request in the query.
pub async fn get(browser: Browser, Query(params): Query) -> Result<Response, PageError> {
    let Checked {
        request,
        remarks,
        asker,
    } = Checked::read(&browser, params).await?;
    Ok(explained(at_once(&browser, &request).await, &asker, remarks))
}

/// A request in a form: stored, then answered by [`resume`].
pub async fn post(browser: Browser, Form(params): Form) -> Result<Response, PageError> {
    let Checked {
        request,
        remarks,
        asker,
    } = Checked::read(&browser, params).await?;
    Ok(explained(wait(&browser, &request).await, &asker, remarks))
}

/// Ends the session that the request proves, asks about another, and leads on who has none.
async fn at_once(browser: &Browser, request: &LogoutRequest) -> Result<Response, DatabaseError> {
    match browser.session().await? {
        None => leave(browser, request).await,
        Some(session) if is_hinted(request, &session) => end(browser, &session, request).await,
        Some(_) => wait(browser, request).await,
    }
}

/// Tells the log what of the request was not used, also where something of ours failed.
fn explained(answer: Result<Response, DatabaseError>, asker: &Asker, remarks: Vec<Remark>) -> Response {
    let mut response = answer.map_err(PageError::from).into_response();
    refusal::remark(&mut response, asker, remarks);
    response
}

/// The question; or, for whoever needs none, the answer at once. Decides again from stored state and the session that
/// is live now, so that Back and a reload lead on.
pub async fn resume(browser: Browser, Query(params): Query) -> Result<Response, PageError> {
    let Some(found) = WaitingLogout::find(&browser, &params.unwrap_or_default()).await? else {
        return Ok(anew(&browser));
    };
    let request = &found.request;
    let mut response = match browser.session().await? {
        None => leave(&browser, request).await?,
        Some(session) if is_hinted(request, &session) => end(&browser, &session, request).await?,
        Some(session) => ask(&browser, &session, &found.handle, request).await?,
    };
    if let Some(cookie) = found.new_cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The person's own word, from our page and about the session that they were asked about.
pub async fn confirm(browser: Browser, OwnForm(params): OwnForm) -> Result<Response, PageError> {
    let params = params.unwrap_or_default();
    let Some(found) = WaitingLogout::find(&browser, &params).await? else {
        return Ok(anew(&browser));
    };
    let asked_about = params.get("session");
    Ok(match browser.session().await? {
        None => leave(&browser, &found.request).await?,
        Some(session) if asked_about == Some(session.session.id.as_str()) => {
            end(&browser, &session, &found.request).await?
        }
        // Somebody else signed in meanwhile: they were not asked yet.
        Some(_) => ask_at(&browser.state, &found.handle),
    })
}

/// Says that nobody is signed in any more; whoever is signed in again is led on.
pub async fn done(
    browser: Browser,
    Query(params): Query,
    BrowserSession(session): BrowserSession,
) -> Result<Response, PageError> {
    let state = &browser.state;
    let issuer = state.app.issuer();
    if session.is_some() {
        return Ok(redirect::see_other(&issuer.url("/account")));
    }
    let params = params.unwrap_or_default();
    let client = client(state, params.get("client_id")).await?;
    let wish = browser.wish(params.get(UI_LOCALES).and_then(Locale::first_of));
    let page = SignedOutPage {
        layout: &browser.layout_of(wish),
        way_back: client.as_deref().and_then(way_back),
        not_returned: params.contains(NOT_RETURNED),
        home: &issuer.url("/login"),
    };
    Ok(page::html(&page, FormAction::Own))
}

/// A request whose parameters are checked, what of it was not used, and who asked.
struct Checked {
    request: LogoutRequest,
    remarks: Vec<Remark>,
    asker: Asker,
}

impl Checked {
    /// Checks the parameters. Only what cannot be read at all is an error page.
    async fn read(browser: &Browser, params: Result<Params, ParamsError>) -> Result<Self, PageError> {
        let app = &browser.state.app;
        let params = params.map_err(|error| unreadable(browser, &error))?;
        let sent = Asked {
            id_token_hint: params.get("id_token_hint"),
            client_id: params.get("client_id"),
            post_logout_redirect_uri: params.get("post_logout_redirect_uri"),
            state: params.get("state"),
            language: browser.wish(params.get(UI_LOCALES).and_then(Locale::first_of)),
        };
        let CheckedLogout { request, remarks } =
            LogoutRequest::check(sent, app.token_issuer(), app.clients()).await?;
        let known = request.client_id.clone();
        let asker = known.map_or_else(|| Asker::sent(params.get("client_id")), Asker::Registered);
        Ok(Self {
            request,
            remarks,
            asker,
        })
    }
}

fn unreadable(browser: &Browser, error: &ParamsError) -> PageError {
    let state = &browser.state;
    let account = state.app.issuer().url("/account");
    let request_id = browser.context.origin.request_id.as_str();
    let layout = browser.layout();
    let page = ErrorPage::logout(&layout, error.description(), &account, request_id);
    let mut response = page::with_status(error.status(), &page, FormAction::None);
    let reported = ProtocolError::new(ErrorCode::InvalidRequest, error.description());
    response
        .extensions_mut()
        .insert(LoggedError(reported.code.name()));
    refusal::explain(&mut response, Asker::Nobody, &reported.into());
    PageError::answer(response)
}

/// A waiting request of this browser.
struct WaitingLogout {
    request: LogoutRequest,
    handle: Handle,
    /// The flow cookie, if this browser had none.
    new_cookie: Option<HeaderValue>,
}

impl WaitingLogout {
    async fn find(browser: &Browser, params: &Params) -> Result<Option<Self>, DatabaseError> {
        let text = params.get("request");
        let Some(handle) = text.and_then(|text| Handle::parse(Kind::LogoutRequest, text)) else {
            return Ok(None);
        };
        let FlowCookie {
            handle: bound_to,
            new_cookie,
        } = browser.flow_cookie();
        let mut work = browser.single().await?;
        let found = waiting::find(&mut work, &handle, &bound_to.digest(browser.context.epoch)).await?;
        work.commit().await?;
        Ok(found.map(|request| Self {
            request,
            handle,
            new_cookie,
        }))
    }
}

/// Whether a proven hint was issued in this session: it ends without a question.
fn is_hinted(request: &LogoutRequest, session: &LiveSession) -> bool {
    request.session_id.as_ref() == Some(&session.session.id)
}

async fn end(
    browser: &Browser,
    session: &LiveSession,
    request: &LogoutRequest,
) -> Result<Response, DatabaseError> {
    let mut work = browser.begin().await?;
    if session::end(&mut work, &session.session.id, EndReason::Logout).await? {
        let event = SessionEvent::Logout {
            user: session.session.user_id.clone(),
            session: session.session.id.clone(),
            client: request.client_id.clone(),
        };
        audit::record(&mut work, event).await?;
    }
    work.commit().await?;
    let mut response = leave(browser, request).await?;
    if let Some(cookie) = browser.state.cookies.remove(CookieName::Session) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Sends the browser to the application that asked, or to a page of ours.
async fn leave(browser: &Browser, request: &LogoutRequest) -> Result<Response, DatabaseError> {
    let issuer = browser.state.app.issuer();
    let client_id = request.client_id.as_ref().map(ClientId::as_str);
    let client = client(&browser.state, client_id).await?;
    let destination = client.as_deref().and_then(|client| request.destination(client));
    if let Some((uri, state)) = destination {
        let parameters = state.map(|state| ("state", state));
        return Ok(redirect::see_other(&redirect::with_query(
            uri,
            parameters.as_slice(),
        )));
    }
    let not_returned = request.asks_to_return.then_some((NOT_RETURNED, "true"));
    // The last page knows no request: it is told which language the pages before it spoke, where one was asked for.
    let spoken = || browser.layout_of(request.language).texts.locale().tag();
    let wish = request.language.map(|_| (UI_LOCALES, spoken()));
    let parameters: Vec<_> = client_id
        .map(|id| ("client_id", id))
        .into_iter()
        .chain(not_returned)
        .chain(wish)
        .collect();
    Ok(redirect::see_other(&redirect::with_query(
        &issuer.url(DONE_PATH),
        &parameters,
    )))
}

/// Stores a request, and sends the browser to where it is answered.
async fn wait(browser: &Browser, request: &LogoutRequest) -> Result<Response, DatabaseError> {
    let mut work = browser.single().await?;
    let lifetime = browser.state.app.config().tokens.interaction();
    let handle = waiting::store(&mut work, request, lifetime).await?;
    work.commit().await?;
    Ok(ask_at(&browser.state, &handle))
}

fn ask_at(state: &AppState, handle: &Handle) -> Response {
    redirect::see_other(&redirect::with_query(
        &state.app.issuer().url(CONFIRM_PATH),
        &[("request", handle.expose())],
    ))
}

/// A request that waits no more, or never waited here: the person is asked without it.
fn anew(browser: &Browser) -> Response {
    redirect::see_other(&browser.state.app.issuer().url(PATH))
}

async fn ask(
    browser: &Browser,
    session: &LiveSession,
    handle: &Handle,
    request: &LogoutRequest,
) -> Result<Response, DatabaseError> {
    let state = &browser.state;
    let issuer = state.app.issuer();
    let client = client(state, request.client_id.as_ref().map(ClientId::as_str)).await?;
    let cancel = client
        .as_deref()
        .and_then(Client::home)
        .unwrap_or_else(|| issuer.url("/account"));
    let page = LogoutConfirmPage {
        layout: &browser.layout_for(request.language, &session.person),
        client: client
            .as_deref()
            .map(|client| client.metadata.client_name.as_str()),
        user_name: session.person.display_name(),
        action: &format!("{}{CONFIRM_PATH}", issuer.path()),
        request: handle.expose(),
        session: session.session.id.as_str(),
        cancel: &cancel,
    };
    let destination = client.as_deref().and_then(|client| request.destination(client));
    let form_action = destination.map_or(FormAction::Own, |_| FormAction::LeadsOut);
    Ok(page::html(&page, form_action))
}

/// A client that is known and not switched off: another has neither name nor address here.
async fn client(state: &AppState, client_id: Option<&str>) -> Result<Option<Arc<Client>>, DatabaseError> {
    let Some(client_id) = client_id else {
        return Ok(None);
    };
    let client = state.app.clients().find(client_id).await?;
    Ok(client.filter(|client| !client.disabled))
}

/// The application's own address, if it has one that is on the web.
fn way_back(client: &Client) -> Option<WayBack<'_>> {
    let address = client.home()?;
    Some(WayBack {
        client: &client.metadata.client_name,
        address,
    })
}
