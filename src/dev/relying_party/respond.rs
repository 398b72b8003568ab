//! Owns how the application's pages travel: its own small stylesheet, nothing inline, no script, no frame.

use std::sync::LazyLock;

use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderValue, StatusCode};

use super::settings::RelyingPartySettings;
use crate::base::digest::plain_sha256;

const STYLESHEET: &str = include_str!("demo.css");

static STYLESHEET_PATH: LazyLock<String> = LazyLock::new(|| {
    let hash = plain_sha256(STYLESHEET.as_bytes());
    let start = hash.first_chunk().copied().map_or(0, u64::from_be_bytes);
    format!("/static/demo-{start:016x}.css")
});

/// The path of the stylesheet; it holds the hash of the content.
pub(super) fn stylesheet_path() -> &'static str {
    &STYLESHEET_PATH
}

/// The stylesheet.
pub(super) async fn stylesheet() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, STYLESHEET).into_response()
}

/// What every page shares.
#[derive(Debug)]
pub(super) struct Frame {
    /// The path of the stylesheet.
    pub(super) stylesheet: &'static str,
    /// The provider, as people may compare it with the address bar.
    pub(super) issuer: String,
    /// The application's id there.
    pub(super) client_id: String,
    /// Slug and name of each organization on offer.
    pub(super) organizations: Vec<(String, String)>,
    policy: String,
}

impl Frame {
    pub(super) fn new(settings: &RelyingPartySettings) -> Self {
        // Chromium applies form-action to the redirects after a post, and each of ours may go on to the provider.
        let policy = format!(
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self' {}; \
             frame-ancestors 'none'; base-uri 'none'",
            settings.issuer_origin()
        );
        Self {
            stylesheet: stylesheet_path(),
            issuer: settings.issuer.clone(),
            client_id: settings.client_id.clone(),
            organizations: settings.organizations.clone(),
            policy,
        }
    }

    /// Writes a page.
    pub(super) fn page(&self, status: StatusCode, page: &impl Template) -> Response {
        let (Ok(text), Ok(policy)) = (page.render(), HeaderValue::from_str(&self.policy)) else {
            tracing::error!("a page of the demo application could not be rendered");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let headers = [
            (CONTENT_SECURITY_POLICY, policy),
            (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            // Not `no-referrer`: under it browsers send `Origin: null` with our own forms.
            (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (status, headers, Html(text)).into_response()
    }
}

/// Sends the browser on with GET, and a cookie if there is one to set.
pub(super) fn go(to: &str, cookie: Option<HeaderValue>) -> Response {
    let mut response = Redirect::to(to).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if let Some(cookie) = cookie {
        headers.append(SET_COOKIE, cookie);
    }
    response
}
