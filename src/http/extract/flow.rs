//! Owns what ties an interaction to one browser: the flow cookie, the session cookie, and the finding of a waiting
//! request by both its handle and that cookie.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderMap, HeaderValue};

use super::cookies::CookieName;
use super::csrf;
use super::params::Params;
use crate::authorization::waiting::{self, WaitingRequest};
use crate::base::handle::{Handle, Kind};
use crate::client::Client;
use crate::db::work::Circumstances;
use crate::http::edge::Edge;
use crate::http::respond::authorization::{cross_site, gone};
use crate::http::respond::failure::Failure;

/// A waiting request of this browser, with its client.
pub struct FoundFlow {
    /// The request.
    pub waiting: WaitingRequest,
    /// Its handle, for the next page.
    pub handle: Handle,
    /// Its client, still enabled and still registered for where the answer goes.
    pub client: Arc<Client>,
    /// The flow cookie, if this browser had none.
    pub new_cookie: Option<HeaderValue>,
}

/// Finds the request that the parameter `request` names, in this browser. Anything else is a page that says so.
/// One statement.
pub async fn find(
    edge: &Edge,
    visit: &Circumstances,
    headers: &HeaderMap,
    params: Option<&Params>,
) -> Result<FoundFlow, Response> {
    let request_id = visit.origin.request_id.as_str();
    let failed = |error| Failure::from(error).page(&edge.layout, request_id);
    let over = || gone(edge, request_id);
    let text = params.and_then(|params| params.get("request")).ok_or_else(over)?;
    let handle = Handle::parse(Kind::AuthorizationRequest, text).ok_or_else(over)?;
    let (browser, new_cookie) = browser(edge, headers, visit);
    let mut work = edge.app.repeatable(visit.clone()).await.map_err(failed)?;
    let found = waiting::find(&mut work, &handle, &browser.digest(visit.epoch))
        .await
        .map_err(failed)?;
    // The client may have to be read, on a connection of its own: whoever holds one waits for none.
    work.commit().await.map_err(failed)?;
    let waiting = found.ok_or_else(over)?;
    let client = edge
        .app
        .clients()
        .find(waiting.client_id.as_str())
        .await
        .map_err(failed)?;
    // What an operator took away meanwhile is gone at once, also for who is half-way through.
    let target = &waiting.request.target.redirect_uri;
    let client = client
        .filter(|client| {
            !client.disabled
                && client
                    .redirect_uris
                    .iter()
                    .any(|uri| uri.matches(target.as_str()))
        })
        .ok_or_else(over)?;
    Ok(FoundFlow {
        waiting,
        handle,
        client,
        new_cookie,
    })
}

/// The browser's flow handle; a new one with its cookie if it has none.
#[must_use]
pub fn browser(edge: &Edge, headers: &HeaderMap, visit: &Circumstances) -> (Handle, Option<HeaderValue>) {
    let sent = edge.cookies.read(headers, CookieName::Flow);
    if let Some(handle) = sent.and_then(|text| Handle::parse(Kind::Flow, text.expose())) {
        return (handle, None);
    }
    let handle = Handle::new(Kind::Flow, &*visit.entropy);
    let cookie = edge.cookies.set(CookieName::Flow, handle.expose(), None);
    (handle, cookie)
}

/// The browser's session handle, if its cookie has the form of one.
#[must_use]
pub fn session_cookie(edge: &Edge, headers: &HeaderMap) -> Option<Handle> {
    let text = edge.cookies.read(headers, CookieName::Session)?;
    Handle::parse(Kind::Session, text.expose())
}

/// Refuses a form that was not sent from a page of ours.
#[expect(clippy::result_large_err, reason = "the refusal is the answer itself")]
pub fn require_own_page(edge: &Edge, headers: &HeaderMap, request_id: &str) -> Result<(), Response> {
    csrf::require_same_origin(headers, edge.app.issuer().origin()).map_err(|_| cross_site(edge, request_id))
}
