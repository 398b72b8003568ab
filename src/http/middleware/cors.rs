//! Owns which replies a script of another site may read: public documents, and the endpoints that browser
//! applications call with a token or code in hand. Credentials are never among them, so `*` gives nothing away.
//! The authorization endpoint and pages have no such layer. It stands outside of whatever refuses, so that a script
//! sees a refusal and not a broken connection.

use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, Method};
use tower_http::cors::{Any, CorsLayer};

const PREFLIGHT_AGE: Duration = Duration::from_hours(1);

/// What tracing libraries add to the requests of an application that uses them: W3C Trace Context, W3C Baggage and
/// Sentry. Without leave in the preflight the request itself is never sent.
const TRACING: [HeaderName; 4] = [
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
    HeaderName::from_static("baggage"),
    HeaderName::from_static("sentry-trace"),
];

/// For discovery and the key set.
pub fn public_document() -> CorsLayer {
    readable().allow_methods([Method::GET])
}

/// For token, revocation and userinfo.
pub fn token_bearing() -> CorsLayer {
    readable().allow_methods([Method::GET, Method::POST])
}

/// For what applications do in a person's name.
pub fn api() -> CorsLayer {
    readable().allow_methods([
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ])
}

/// It answers the preflight before the router refuses OPTIONS.
fn readable() -> CorsLayer {
    let own = [AUTHORIZATION, CONTENT_TYPE, HeaderName::from_static("dpop")];
    CorsLayer::new()
        .allow_origin(Any)
        .allow_headers(own.into_iter().chain(TRACING).collect::<Vec<_>>())
        .expose_headers([WWW_AUTHENTICATE, RETRY_AFTER])
        .max_age(PREFLIGHT_AGE)
}
