//! Owns the headers that every reply carries unless its endpoint set stricter ones: nothing is sniffed, framed, or
//! told to other sites.

use http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue};

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

/// Adds what is missing.
pub(super) fn complete(headers: &mut HeaderMap, settings: TransportSettings) {
    let transport = settings.https.then_some((
        STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=63072000"),
    ));
    for (name, value) in DEFAULTS.into_iter().chain(transport) {
        headers.entry(name).or_insert(value);
    }
}
