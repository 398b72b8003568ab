//! Owns what is written down about each request: one span, one line at its end, two metrics. The route is the
//! router's template; URLs, queries, cookies and bodies are never written.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use http::Method;
use metrics::{counter, histogram};
use tracing::{Span, field, info, info_span};

use super::request_id::RequestId;
use crate::base::id::ClientId;

/// Counts requests by route, method and status.
pub const REQUESTS: &str = "signet_http_requests_total";
/// Measures requests by route and method.
pub const DURATION: &str = "signet_http_request_duration_seconds";
/// What is logged for a request whose caller left before the answer.
const CALLER_LEFT: u16 = 499;

/// The error code of an answer, among the reply's extensions.
#[derive(Debug, Clone, Copy)]
pub struct LoggedError(pub &'static str);

/// The client that asked, once it is known, among the reply's extensions.
#[derive(Debug, Clone)]
pub struct LoggedClient(pub ClientId);

/// Known methods by name; others under one, so that nobody can fill the metrics with names.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

/// The router's template of a request's path.
pub(super) fn route(request: &Request) -> String {
    let path = request.extensions().get::<MatchedPath>();
    path.map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned())
}

/// A line that is written when the request is over, in whatever way: also when the caller leaves and the future is
/// dropped.
pub(super) struct Line {
    route: String,
    method: &'static str,
    status: u16,
    started: Instant,
    span: Span,
}

impl Line {
    /// Begins it with the request's span.
    pub(super) fn begin(request: &Request, id: &RequestId, route: &str) -> Self {
        let method = method_name(request.method());
        let span = info_span!(
            "request",
            request_id = id.as_str(),
            method,
            route,
            client.id = field::Empty,
            error.code = field::Empty,
        );
        Self {
            route: route.to_owned(),
            method,
            status: CALLER_LEFT,
            started: Instant::now(),
            span,
        }
    }

    /// The request's span, for what is said meanwhile.
    pub(super) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Writes it with what the reply says.
    pub(super) fn end(mut self, response: &Response) {
        self.status = response.status().as_u16();
        if let Some(client) = response.extensions().get::<LoggedClient>() {
            self.span.record("client.id", client.0.as_str());
        }
        if let Some(error) = response.extensions().get::<LoggedError>() {
            self.span.record("error.code", error.0);
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let elapsed = self.started.elapsed().as_secs_f64();
        self.span.in_scope(|| {
            info!(
                status = self.status,
                duration_ms = (elapsed * 100_000.0).round() / 100.0,
                "request"
            );
        });
        let route = std::mem::take(&mut self.route);
        counter!(REQUESTS, "route" => route.clone(), "method" => self.method, "status" => self.status.to_string())
            .increment(1);
        histogram!(DURATION, "route" => route, "method" => self.method).record(elapsed);
    }
}
