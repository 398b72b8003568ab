//! Owns the order of the middleware that stands around every route, outermost first: address, request id, origin,
//! log lines, headers. What answers in any case (`form`) stands around each audience, inside its CORS.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};

use super::client_ip::{self, Proxies};
use super::refusal_log::{self, RefusalLog};
use super::request_id::{self, RequestIds};
use super::security_headers::{self, TransportSettings};
use super::{origin, request_log};

/// What the stack needs to know.
#[derive(Clone)]
pub struct MiddlewareSettings {
    /// What request ids are made of.
    pub request_ids: RequestIds,
    /// Which proxies are believed.
    pub proxies: Arc<Proxies>,
    /// Whether the issuer is https.
    pub transport: TransportSettings,
}

/// Puts the stack around a finished router. Routes that are added later stand outside of it.
pub fn surround(router: Router, settings: MiddlewareSettings) -> Router {
    // The last layer is the first to see a request.
    security_headers::add(router, settings.transport)
        .layer(from_fn(request_log::write))
        .layer(from_fn_with_state(RefusalLog::default(), refusal_log::write))
        .layer(from_fn(origin::attach))
        .layer(from_fn_with_state(settings.request_ids, request_id::assign))
        .layer(from_fn_with_state(settings.proxies, client_ip::identify))
}
