//! Owns how large and how slow a request may be. Bodies are small forms, so they are read whole before the endpoint
//! runs: a drip of bytes costs a buffer and never a database connection.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{CONNECTION, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use http_body_util::LengthLimitError;
use hyper::body::Body as _;

use super::request_id::RequestId;
use crate::http::respond::failure::Failure;
use crate::http::respond::problem::Problem;

/// The bounds of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLimits {
    /// The largest body.
    pub body_size: usize,
    /// How long a body may take to arrive.
    pub body_time: Duration,
    /// How long the whole request may take.
    pub total_time: Duration,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self {
            body_size: 64 * 1024,
            body_time: Duration::from_secs(15),
            total_time: Duration::from_secs(30),
        }
    }
}

/// Reads the body within the bounds, then runs the endpoint within the rest of its time.
pub async fn enforce(State(limits): State<RequestLimits>, request: Request, next: Next) -> Response {
    let id = RequestId::of(request.extensions()).to_owned();
    let whole = async {
        match buffer(request, limits).await {
            Ok(request) => next.run(request).await,
            Err(refusal) => refusal.answer(&id),
        }
    };
    match tokio::time::timeout(limits.total_time, whole).await {
        Ok(response) => response,
        Err(_) => Refusal::TookTooLong.answer(&id),
    }
}

async fn buffer(request: Request, limits: RequestLimits) -> Result<Request, Refusal> {
    let (parts, body) = request.into_parts();
    if body.is_end_stream() {
        return Ok(Request::from_parts(parts, body));
    }
    // Refused by its announced length before a byte of it is read.
    if usize::try_from(body.size_hint().lower()).map_or(true, |length| length > limits.body_size) {
        return Err(Refusal::TooLarge);
    }
    let reading = tokio::time::timeout(limits.body_time, to_bytes(body, limits.body_size));
    let bytes = reading.await.map_err(|_| Refusal::TooSlow)?.map_err(|error| {
        let too_large = std::iter::successors(std::error::Error::source(&error), |source| source.source())
            .any(<dyn std::error::Error>::is::<LengthLimitError>);
        if too_large {
            Refusal::TooLarge
        } else {
            Refusal::BrokeOff
        }
    })?;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

#[derive(Debug, Clone, Copy)]
enum Refusal {
    TooLarge,
    TooSlow,
    BrokeOff,
    TookTooLong,
}

impl Refusal {
    fn answer(self, request_id: &str) -> Response {
        let (status, code, detail) = match self {
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "The body is larger than this server reads.",
            ),
            Self::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "too_slow",
                "The body did not arrive in time.",
            ),
            Self::BrokeOff => (StatusCode::BAD_REQUEST, "broke_off", "The body broke off."),
            Self::TookTooLong => (
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "The request took too long; try again shortly.",
            ),
        };
        let mut response = Problem::new(status, code, detail, request_id).into_response();
        let headers = response.headers_mut();
        match self {
            // The rest of the body is still under way; nothing after it can be trusted to be a request.
            Self::TooLarge | Self::TooSlow => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Self::TookTooLong => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("2"));
                response.extensions_mut().insert(Failure::Unavailable);
            }
            Self::BrokeOff => {}
        }
        response
    }
}
