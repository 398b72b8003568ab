//! Owns the headers that every reply carries unless its endpoint set stricter ones: nothing is sniffed, framed, or
//! told to other sites.

use axum::Router;
use http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue};
use tower_http::set_header::SetResponseHeaderLayer;

const DEFAULTS: [(HeaderName, HeaderValue); 4] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
];

/// Whether the issuer is reached over TLS only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransportSettings {
    /// With it, browsers are told to use nothing else for two years.
    pub https: bool,
}

/// Adds what is missing: one layer, since each layer of a router costs every request an allocation.
pub fn add(router: Router, settings: TransportSettings) -> Router {
    let [sniffing, referrer, framing, content] =
        DEFAULTS.map(|(name, value)| SetResponseHeaderLayer::if_not_present(name, value));
    let only_https = settings
        .https
        .then_some(HeaderValue::from_static("max-age=63072000"));
    let transport = SetResponseHeaderLayer::if_not_present(STRICT_TRANSPORT_SECURITY, only_https);
    router.layer((sniffing, referrer, framing, content, transport))
}
