//! Owns how pages travel: HTML under a content security policy that permits our stylesheet, nothing inline and no
//! frame (RFC 9700 §4.16). The form post page alone carries a script, one constant, named by its hash.

use std::sync::LazyLock;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, PRAGMA, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderValue, StatusCode};

use crate::base::digest::plain_sha256;
use crate::http::middleware::request_log::LoggedError;
use crate::protocol::redirect_uri::RedirectUri;
use crate::web::form_post::{FormPostPage, SCRIPT};

/// Where a page's forms may end. Chromium applies this to the redirects after a post as well.
#[derive(Debug, Clone, Copy)]
pub enum FormAction<'a> {
    /// The page has no form.
    None,
    /// Our own endpoints only.
    Own,
    /// Our own endpoints, and from there any https client or this one.
    ThenClient(&'a RedirectUri),
}

/// A page that is served with 200.
pub fn html(page: &impl Template, form_action: FormAction<'_>) -> Response {
    with_status(StatusCode::OK, page, form_action)
}

/// A page with another status.
pub fn with_status(status: StatusCode, page: &impl Template, form_action: FormAction<'_>) -> Response {
    let referrer = match form_action {
        // The address of a request that was refused can hold a token: our own stylesheet is not told it either.
        FormAction::None => "no-referrer",
        // Under `no-referrer` browsers send `Origin: null` even to ourselves, and our own posts would be refused.
        FormAction::Own | FormAction::ThenClient(_) => "same-origin",
    };
    write(status, page, &policy("", &form_action.sources()), referrer)
}

/// The page that posts an authorization response to its client.
#[must_use]
pub fn form_post(page: &FormPostPage<'_>, target: &RedirectUri) -> Response {
    static SCRIPT_SOURCE: LazyLock<String> = LazyLock::new(|| {
        let hash = STANDARD.encode(plain_sha256(SCRIPT.as_bytes()));
        format!(" script-src 'sha256-{hash}';")
    });
    let target = client_source(target).unwrap_or_else(|| "'none'".to_owned());
    write(
        StatusCode::OK,
        page,
        &policy(&SCRIPT_SOURCE, &target),
        "no-referrer",
    )
}

impl FormAction<'_> {
    fn sources(self) -> String {
        match self {
            Self::None => "'none'".to_owned(),
            Self::Own => "'self'".to_owned(),
            Self::ThenClient(redirect_uri) if redirect_uri.is_https() => "'self' https:".to_owned(),
            Self::ThenClient(redirect_uri) => {
                let client = client_source(redirect_uri).unwrap_or_default();
                format!("'self' https: {client}")
            }
        }
    }
}

/// The source expression of a client's address; `None` if its text would not be one expression.
fn client_source(redirect_uri: &RedirectUri) -> Option<String> {
    let source = redirect_uri.form_action_source()?;
    // No source expression can hold an IPv6 literal: only its scheme can be named.
    if source.contains('[') {
        return source.split_once("//").map(|(scheme, _)| scheme.to_owned());
    }
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b':' | b'/' | b'-' | b'+' | b'_');
    source.bytes().all(plain).then_some(source)
}

fn policy(script: &str, form_action: &str) -> String {
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self' data:;{script} form-action {form_action}; \
         frame-ancestors 'none'; base-uri 'none'"
    )
}

fn write(status: StatusCode, page: &impl Template, policy: &str, referrer: &'static str) -> Response {
    let (Ok(text), Ok(policy)) = (page.render(), HeaderValue::from_str(policy)) else {
        tracing::error!("a page could not be rendered");
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(LoggedError("server_error"));
        return response;
    };
    let mut response = (status, Html(text)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static(referrer));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(uri: &str) -> String {
        FormAction::ThenClient(&RedirectUri::from_matched(uri)).sources()
    }

    #[test]
    fn forms_may_end_at_their_client() {
        assert_eq!(sources("https://app.example.com/cb"), "'self' https:");
        assert_eq!(
            sources("http://127.0.0.1:8080/cb"),
            "'self' https: http://127.0.0.1:8080"
        );
        assert_eq!(sources("http://[::1]:8080/cb"), "'self' https: http:");
        assert_eq!(sources("com.example.app:/cb"), "'self' https: com.example.app:");
    }

    #[test]
    fn a_host_cannot_add_a_directive() {
        let hostile = RedirectUri::from_matched("https://a;script-src.example/cb");
        let source = client_source(&hostile);
        assert!(source.is_none_or(|source| !source.contains(';')));
    }
}
