//! Owns what ties an interaction to one browser: the flow cookie, the session cookie, and the finding of a waiting
//! request by both its handle and that cookie.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderMap, HeaderValue};

use super::cookies::CookieName;
use super::csrf;
use super::params::Params;
use crate::authorization::waiting::{self, Ending, Found, RequestOver, Ticket, WaitingRequest};
use crate::base::handle::{Handle, Kind};
use crate::client::Client;
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::respond::authorization::{cross_site, gone, lead_on};
use crate::http::respond::failure::Failure;

/// A waiting request of this browser, with its client.
pub struct FoundFlow {
    /// The request.
    pub waiting: WaitingRequest,
    /// Its handle, for the next page.
    pub handle: Handle,
    /// The browser that it is bound to.
    pub browser: Handle,
    /// Its client, still enabled and still registered for where the answer goes.
    pub client: Arc<Client>,
    /// The flow cookie, if this browser had none.
    pub new_cookie: Option<HeaderValue>,
}

impl FoundFlow {
    /// What finishes the request.
    #[must_use]
    pub const fn ticket(&self) -> Ticket<'_> {
        Ticket {
            digest: &self.waiting.digest,
            browser: &self.browser,
        }
    }
}

/// What the person's request says of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Nothing against it.
    GoOn,
    /// That they refuse: a code that was issued before is not sent again upon that.
    Refuse,
}

/// Finds the request that the parameter `request` names, in this browser. One that is over leads on; anything else is
/// a page that says so. One statement.
pub async fn find(
    state: &AppState,
    context: &RequestContext,
    headers: &HeaderMap,
    params: Option<&Params>,
    word: Word,
) -> Result<FoundFlow, Response> {
    let text = params.and_then(|params| params.get("request"));
    let handle = text.and_then(|text| Handle::parse(Kind::AuthorizationRequest, text));
    let handle = handle.ok_or_else(|| gone(state, &context.origin.request_id))?;
    let (browser, new_cookie) = browser(state, headers, context);
    match look(state, context, &handle, &browser).await? {
        (Found::Waiting(waiting), client) => Ok(FoundFlow {
            waiting,
            handle,
            browser,
            client,
            new_cookie,
        }),
        (Found::Over(over), client) => Err(over_is(state, &client, over, word)),
    }
}

/// Leads on a browser whose request was answered between its finding and its finishing, by a twin of what it sent.
pub async fn overtaken(
    state: &AppState,
    context: &RequestContext,
    handle: &Handle,
    browser: &Handle,
    word: Word,
) -> Response {
    match look(state, context, handle, browser).await {
        Ok((Found::Over(over), client)) => over_is(state, &client, over, word),
        Ok((Found::Waiting(_), _)) => gone(state, &context.origin.request_id),
        Err(response) => response,
    }
}

fn over_is(state: &AppState, client: &Client, over: RequestOver, word: Word) -> Response {
    let ending = match (over.ending, word) {
        (Ending::Answered(Some(answer)), Word::Refuse) if answer.is_code() => Ending::Answered(None),
        (ending, _) => ending,
    };
    lead_on(state, client, &RequestOver { ending, ..over })
}

/// The request in whatever state it is, and its client.
async fn look(
    state: &AppState,
    context: &RequestContext,
    handle: &Handle,
    browser: &Handle,
) -> Result<(Found, Arc<Client>), Response> {
    let request_id = context.origin.request_id.as_str();
    let failed = |error| Failure::from(error).page(&state.layout, request_id);
    let unknown = || gone(state, request_id);
    let mut work = state.app.repeatable(context.clone()).await.map_err(failed)?;
    let found = waiting::find(&mut work, handle, browser).await.map_err(failed)?;
    // The client may have to be read, on a connection of its own: whoever holds one waits for none.
    work.commit().await.map_err(failed)?;
    let found = found.ok_or_else(unknown)?;
    let (client_id, request) = match &found {
        Found::Waiting(waiting) => (&waiting.client_id, &waiting.request),
        Found::Over(over) => (&over.client_id, &over.request),
    };
    let client = state
        .app
        .clients()
        .find(client_id.as_str())
        .await
        .map_err(failed)?;
    // What an operator took away meanwhile is gone at once, also for who is half-way through.
    let target = request.target.redirect_uri.as_str();
    let client = client
        .filter(|client| !client.disabled && client.may_redirect_to(target))
        .ok_or_else(unknown)?;
    Ok((found, client))
}

/// The browser's flow handle; a new one with its cookie if it has none.
#[must_use]
pub fn browser(
    state: &AppState,
    headers: &HeaderMap,
    context: &RequestContext,
) -> (Handle, Option<HeaderValue>) {
    let sent = state.cookies.read(headers, CookieName::Flow);
    if let Some(handle) = sent.and_then(|text| Handle::parse(Kind::Flow, text.expose())) {
        return (handle, None);
    }
    let handle = Handle::new(Kind::Flow, &*context.entropy);
    let cookie = state.cookies.set(CookieName::Flow, handle.expose(), None);
    (handle, cookie)
}

/// The browser's session handle, if its cookie has the form of one.
#[must_use]
pub fn session_cookie(state: &AppState, headers: &HeaderMap) -> Option<Handle> {
    let text = state.cookies.read(headers, CookieName::Session)?;
    Handle::parse(Kind::Session, text.expose())
}

/// Refuses a form that was not sent from a page of ours.
#[expect(clippy::result_large_err, reason = "the refusal is the answer itself")]
pub fn require_own_page(state: &AppState, headers: &HeaderMap, request_id: &str) -> Result<(), Response> {
    csrf::require_same_origin(headers, state.app.issuer().origin()).map_err(|_| cross_site(state, request_id))
}
