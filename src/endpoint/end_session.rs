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

use axum::extract::State;
use axum::response::Response;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};

use crate::audit::{self, SessionEvent};
use crate::authorization::context;
use crate::base::handle::{Handle, Kind};
use crate::base::id::ClientId;
use crate::client::Client;
use crate::db::DatabaseError;
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::extract::cookies::CookieName;
use crate::http::extract::flow::{self, session_cookie};
use crate::http::extract::form::{Form, Query};
use crate::http::extract::params::{Params, ParamsError};
use crate::http::middleware::request_log::LoggedError;
use crate::http::respond::failure::Failure;
use crate::http::respond::page::{self, FormAction};
use crate::http::respond::redirect;
use crate::http::respond::refusal::{self, Asker};
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

/// A request in the query.
pub async fn get(
    State(state): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    Query(params): Query,
) -> Response {
    let request_id = context.origin.request_id.clone();
    let (CheckedLogout { request, remarks }, asker) = match check(&state, &context, params).await {
        Ok(checked) => checked,
        Err(response) => return response,
    };
    let answer = proceed(&state, context, &headers, (&request, None)).await;
    explained(or_failure(&state, &request_id, answer), &asker, remarks)
}

/// A request in a form: stored, then answered by [`resume`].
pub async fn post(State(state): State<AppState>, context: RequestContext, Form(params): Form) -> Response {
    let request_id = context.origin.request_id.clone();
    let (CheckedLogout { request, remarks }, asker) = match check(&state, &context, params).await {
        Ok(checked) => checked,
        Err(response) => return response,
    };
    let answer = wait(&state, context, &request).await;
    explained(or_failure(&state, &request_id, answer), &asker, remarks)
}

/// Tells the log what of the request was not used.
fn explained(mut response: Response, asker: &Asker, remarks: Vec<Remark>) -> Response {
    refusal::remark(&mut response, asker, remarks);
    response
}

/// The question; or, for whoever needs none, the answer at once. Decides again from stored state and the session that
/// is live now, so that Back and a reload lead on.
pub async fn resume(
    State(state): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    Query(params): Query,
) -> Response {
    let request_id = context.origin.request_id.clone();
    let answer = async {
        let Some(found) = find(&state, &context, &headers, params.ok().as_ref()).await? else {
            return Ok(anew(&state));
        };
        let waiting = (&found.request, Some(&found.handle));
        let mut response = proceed(&state, context, &headers, waiting).await?;
        if let Some(cookie) = found.new_cookie {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        Ok(response)
    };
    or_failure(&state, &request_id, answer.await)
}

/// The person's own word, from our page and about the session that they were asked about.
pub async fn confirm(
    State(state): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    Form(params): Form,
) -> Response {
    let request_id = context.origin.request_id.clone();
    if let Err(response) = flow::require_own_page(&state, &headers, &request_id) {
        return response;
    }
    let params = params.ok();
    let answer = async {
        let Some(found) = find(&state, &context, &headers, params.as_ref()).await? else {
            return Ok(anew(&state));
        };
        let asked_about = params.as_ref().and_then(|params| params.get("session"));
        match live_session(&state, context.clone(), &headers).await? {
            None => leave(&state, &found.request).await,
            Some(session) if asked_about == Some(session.session.id.as_str()) => {
                end(&state, context, &session, &found.request).await
            }
            // Somebody else signed in meanwhile: they were not asked yet.
            Some(_) => Ok(ask_at(&state, &found.handle)),
        }
    };
    or_failure(&state, &request_id, answer.await)
}

/// Says that nobody is signed in any more; whoever is signed in again is led on.
pub async fn done(
    State(state): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    Query(params): Query,
) -> Response {
    let request_id = context.origin.request_id.clone();
    let answer = async {
        let issuer = state.app.issuer();
        if live_session(&state, context, &headers).await?.is_some() {
            return Ok(redirect::see_other(&issuer.url("/account")));
        }
        let client_id = params.as_ref().ok().and_then(|params| params.get("client_id"));
        let client = client(&state, client_id).await?;
        let page = SignedOutPage {
            layout: &state.layout,
            way_back: client.as_deref().and_then(way_back),
            not_returned: params.is_ok_and(|params| params.contains(NOT_RETURNED)),
            home: &issuer.url("/login"),
        };
        Ok(page::html(&page, FormAction::None))
    };
    or_failure(&state, &request_id, answer.await)
}

fn or_failure(state: &AppState, request_id: &str, answer: Result<Response, DatabaseError>) -> Response {
    answer.unwrap_or_else(|error| Failure::from(error).page(&state.layout, request_id))
}

/// Checks the parameters. Only what cannot be read at all is an error page.
async fn check(
    state: &AppState,
    context: &RequestContext,
    params: Result<Params, ParamsError>,
) -> Result<(CheckedLogout, Asker), Response> {
    let request_id = context.origin.request_id.as_str();
    let params = params.map_err(|error| {
        let account = state.app.issuer().url("/account");
        let page = ErrorPage::logout(&state.layout, error.description(), &account, request_id);
        let mut response = page::with_status(error.status(), &page, FormAction::None);
        let reported = ProtocolError::new(ErrorCode::InvalidRequest, error.description());
        response
            .extensions_mut()
            .insert(LoggedError(reported.code.name()));
        refusal::explain(&mut response, Asker::Nobody, &reported.into());
        response
    })?;
    let sent = Asked {
        id_token_hint: params.get("id_token_hint"),
        client_id: params.get("client_id"),
        post_logout_redirect_uri: params.get("post_logout_redirect_uri"),
        state: params.get("state"),
    };
    let checked = LogoutRequest::check(sent, state.app.token_issuer(), state.app.clients())
        .await
        .map_err(|error| Failure::from(error).page(&state.layout, request_id))?;
    let known = checked.request.client_id.clone();
    let asker = known.map_or_else(|| Asker::sent(params.get("client_id")), Asker::Registered);
    Ok((checked, asker))
}

/// A waiting request of this browser.
struct Found {
    request: LogoutRequest,
    handle: Handle,
    /// The flow cookie, if this browser had none.
    new_cookie: Option<HeaderValue>,
}

async fn find(
    state: &AppState,
    context: &RequestContext,
    headers: &HeaderMap,
    params: Option<&Params>,
) -> Result<Option<Found>, DatabaseError> {
    let text = params.and_then(|params| params.get("request"));
    let Some(handle) = text.and_then(|text| Handle::parse(Kind::LogoutRequest, text)) else {
        return Ok(None);
    };
    let (browser, new_cookie) = flow::browser(state, headers, context);
    let mut work = state.app.single(context.clone()).await?;
    let request = waiting::find(&mut work, &handle, &browser.digest(context.epoch)).await?;
    Ok(request.map(|request| Found {
        request,
        handle,
        new_cookie,
    }))
}

/// Ends what may end, asks where it may not, and lets go who is signed out already.
async fn proceed(
    state: &AppState,
    context: RequestContext,
    headers: &HeaderMap,
    (request, waiting): (&LogoutRequest, Option<&Handle>),
) -> Result<Response, DatabaseError> {
    let Some(session) = live_session(state, context.clone(), headers).await? else {
        return leave(state, request).await;
    };
    if request.session_id.as_ref() == Some(&session.session.id) {
        return end(state, context, &session, request).await;
    }
    match waiting {
        Some(handle) => ask(state, &session, handle, request).await,
        None => wait(state, context, request).await,
    }
}

async fn live_session(
    state: &AppState,
    context: RequestContext,
    headers: &HeaderMap,
) -> Result<Option<LiveSession>, DatabaseError> {
    let Some(handle) = session_cookie(state, headers) else {
        return Ok(None);
    };
    let mut work = state.app.repeatable(context).await?;
    context::session(&mut work, Some(&handle), state.app.session_lifetimes()).await
}

async fn end(
    state: &AppState,
    context: RequestContext,
    session: &LiveSession,
    request: &LogoutRequest,
) -> Result<Response, DatabaseError> {
    let mut work = state.app.begin(context).await?;
    if session::end(&mut work, &session.session.id, EndReason::Logout).await? {
        let event = SessionEvent::Logout {
            user: session.session.user_id.clone(),
            session: session.session.id.clone(),
            client: request.client_id.clone(),
        };
        audit::record(&mut work, event).await?;
    }
    work.commit().await?;
    let mut response = leave(state, request).await?;
    if let Some(cookie) = state.cookies.remove(CookieName::Session) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Sends the browser to the application that asked, or to a page of ours.
async fn leave(state: &AppState, request: &LogoutRequest) -> Result<Response, DatabaseError> {
    let client_id = request.client_id.as_ref().map(ClientId::as_str);
    let client = client(state, client_id).await?;
    let destination = client.as_deref().and_then(|client| request.destination(client));
    if let Some((uri, state)) = destination {
        let parameters = state.map(|state| ("state", state));
        return Ok(redirect::see_other(&redirect::with_query(
            uri,
            parameters.as_slice(),
        )));
    }
    let not_returned = request.asks_to_return.then_some((NOT_RETURNED, "true"));
    let parameters: Vec<_> = client_id
        .map(|id| ("client_id", id))
        .into_iter()
        .chain(not_returned)
        .collect();
    Ok(redirect::see_other(&redirect::with_query(
        &state.app.issuer().url(DONE_PATH),
        &parameters,
    )))
}

/// Stores a request, and sends the browser to where it is answered.
async fn wait(
    state: &AppState,
    context: RequestContext,
    request: &LogoutRequest,
) -> Result<Response, DatabaseError> {
    let mut work = state.app.single(context).await?;
    let lifetime = state.app.config().tokens.interaction();
    let handle = waiting::store(&mut work, request, lifetime).await?;
    Ok(ask_at(state, &handle))
}

fn ask_at(state: &AppState, handle: &Handle) -> Response {
    redirect::see_other(&redirect::with_query(
        &state.app.issuer().url(CONFIRM_PATH),
        &[("request", handle.expose())],
    ))
}

/// A request that waits no more, or never waited here: the person is asked without it.
fn anew(state: &AppState) -> Response {
    redirect::see_other(&state.app.issuer().url(PATH))
}

async fn ask(
    state: &AppState,
    session: &LiveSession,
    handle: &Handle,
    request: &LogoutRequest,
) -> Result<Response, DatabaseError> {
    let issuer = state.app.issuer();
    let client = client(state, request.client_id.as_ref().map(ClientId::as_str)).await?;
    let person = &session.person;
    let cancel = client
        .as_deref()
        .and_then(Client::home)
        .unwrap_or_else(|| issuer.url("/account"));
    let page = LogoutConfirmPage {
        layout: &state.layout,
        client: client
            .as_deref()
            .map(|client| client.metadata.client_name.as_str()),
        user_name: if person.name.is_empty() {
            &person.email
        } else {
            &person.name
        },
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
