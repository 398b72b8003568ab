//! Owns which replies a script of another site may read: public documents, and the endpoints that browser
//! applications call with a token or code in hand. Credentials are never among them, so `*` gives nothing away.
//! The authorization endpoint and pages have no such layer.

use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, Method};
use tower_http::cors::{Any, CorsLayer};

const PREFLIGHT_AGE: Duration = Duration::from_hours(1);

/// For discovery and the key set.
pub fn public_document() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET])
        .max_age(PREFLIGHT_AGE)
}

/// For what applications do in a person's name.
pub fn api() -> CorsLayer {
    token_bearing().allow_methods([
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ])
}

/// For token, revocation and userinfo. Wraps a method router, so that it answers the preflight before the router
/// refuses OPTIONS.
pub fn token_bearing() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, HeaderName::from_static("dpop")])
        .expose_headers([WWW_AUTHENTICATE, RETRY_AFTER])
        .max_age(PREFLIGHT_AGE)
}
