//! Owns how pages travel: HTML in one language, kept by no cache, under a content security policy that permits our stylesheet, nothing inline and no
//! frame (RFC 9700 §4.16). Two pages carry a script, a constant each, named by its hash: the form post page, and the page
//! of a refusal, whose details it copies.

use std::sync::LazyLock;

use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, PRAGMA, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderValue, StatusCode};

use crate::base::digest::plain_sha256;
use crate::http::middleware::request_log::LoggedError;
use crate::web::error::{COPY_SCRIPT, ErrorPage};
use crate::web::form_post::{FormPostPage, SCRIPT};
use crate::web::layout::Page;

/// Where a page's forms may end. Chromium holds every redirect after a post to this, also those that a client's
/// callback adds: to whichever origin or scheme it likes, and nobody but the client knows which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormAction {
    /// The page has no form.
    None,
    /// Our own endpoints only: what a form of this page starts ends at a page of ours.
    Own,
    /// A form of this page can lead to a client, and from there on: no list can name where that ends.
    LeadsOut,
}

/// A page that is served with 200.
pub fn html(page: &impl Page, form_action: FormAction) -> Response {
    with_status(StatusCode::OK, page, form_action)
}

/// A page with another status.
pub fn with_status(status: StatusCode, page: &impl Page, form_action: FormAction) -> Response {
    let referrer = match form_action {
        // The address of a request that was refused can hold a token: our own stylesheet is not told it either.
        FormAction::None => "no-referrer",
        // Under `no-referrer` browsers send `Origin: null` even to ourselves, and our own posts would be refused.
        FormAction::Own | FormAction::LeadsOut => "same-origin",
    };
    write(status, page, &policy("", form_action), referrer)
}

/// The page of a refusal that no client can be told.
#[must_use]
pub fn refusal(status: StatusCode, page: &ErrorPage<'_>) -> Response {
    static SCRIPT_SOURCE: LazyLock<String> = LazyLock::new(|| script_source(COPY_SCRIPT));
    write(
        status,
        page,
        &policy(&SCRIPT_SOURCE, FormAction::None),
        "no-referrer",
    )
}

fn script_source(script: &str) -> String {
    let hash = STANDARD.encode(plain_sha256(script.as_bytes()));
    format!(" script-src 'sha256-{hash}';")
}

/// The page that posts an authorization response to its client.
#[must_use]
pub fn form_post(page: &FormPostPage<'_>) -> Response {
    static SCRIPT_SOURCE: LazyLock<String> = LazyLock::new(|| script_source(SCRIPT));
    write(
        StatusCode::OK,
        page,
        &policy(&SCRIPT_SOURCE, FormAction::LeadsOut),
        "no-referrer",
    )
}

fn policy(script: &str, form_action: FormAction) -> String {
    let form_action = match form_action {
        FormAction::None => " form-action 'none';",
        FormAction::Own => " form-action 'self';",
        // Nothing else limits forms: `default-src` does not speak of them.
        FormAction::LeadsOut => "",
    };
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self' data:;{script}{form_action} \
         frame-ancestors 'none'; base-uri 'none'"
    )
}

fn write(status: StatusCode, page: &impl Page, policy: &str, referrer: &'static str) -> Response {
    let (Ok(text), Ok(policy)) = (page.render(), HeaderValue::from_str(policy)) else {
        tracing::error!("a page could not be rendered");
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(LoggedError("server_error"));
        return response;
    };
    let mut response = (status, Html(text)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    let language = page.layout().texts.locale().tag();
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language));
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

    #[test]
    fn only_a_page_whose_forms_lead_out_leaves_their_end_open() {
        assert!(policy("", FormAction::None).contains(" form-action 'none';"));
        assert!(policy("", FormAction::Own).contains(" form-action 'self';"));
        let open = policy("", FormAction::LeadsOut);
        assert!(!open.contains("form-action"));
        for kept in [
            "default-src 'none';",
            "frame-ancestors 'none';",
            "base-uri 'none'",
        ] {
            assert!(open.contains(kept), "{kept}");
        }
    }
}
