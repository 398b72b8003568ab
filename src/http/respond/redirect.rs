//! Owns redirects: always 303, so that no browser repeats a post with credentials (RFC 9700 §4.12), without referrer
//! and without a cache. Builds the authorization response (RFC 6749 §4.1.2, RFC 9207 §2) for query and form post.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, LOCATION, PRAGMA, REFERRER_POLICY};
use http::{HeaderValue, StatusCode};
use url::form_urlencoded;

use crate::authorization::sent_response::SentResponse;
use crate::protocol::error::ProtocolError;
use crate::protocol::issuer::Issuer;
use crate::protocol::redirect_uri::RedirectUri;

/// Sends the browser on with a GET.
#[must_use]
pub fn see_other(location: &str) -> Response {
    // Every location is a registered URI or one of our paths, in ASCII; what is not goes nowhere.
    let Ok(value) = HeaderValue::from_str(location) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(LOCATION, value);
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// What an authorization request is answered with.
#[derive(Debug, Clone, Copy)]
pub enum AuthorizationResponse<'a> {
    /// A code (RFC 6749 §4.1.2).
    Code(&'a str),
    /// An error (RFC 6749 §4.1.2.1).
    Error(ProtocolError),
    /// What this browser was answered with a moment ago.
    Again(&'a SentResponse),
}

/// The parameters of an authorization response, in the order in which they are written.
#[must_use]
pub fn response_parameters<'a>(
    outcome: AuthorizationResponse<'a>,
    state: Option<&'a str>,
    issuer: &'a Issuer,
) -> Vec<(&'static str, &'a str)> {
    let mut parameters = match outcome {
        AuthorizationResponse::Code(code) => vec![("code", code)],
        AuthorizationResponse::Again(SentResponse::Code(code)) => vec![("code", code.expose())],
        AuthorizationResponse::Again(SentResponse::Error { code, description }) => {
            vec![
                ("error", code.as_str()),
                ("error_description", description.as_str()),
            ]
        }
        AuthorizationResponse::Error(error) => vec![
            ("error", error.code.name()),
            ("error_description", error.description),
        ],
    };
    parameters.extend(state.map(|state| ("state", state)));
    // RFC 9207: lets the client notice that another server answered.
    parameters.push(("iss", issuer.as_str()));
    parameters
}

/// The redirect URI with parameters added to its query. What is registered stays byte for byte.
#[must_use]
pub fn response_url(redirect_uri: &RedirectUri, parameters: &[(&str, &str)]) -> String {
    with_query(redirect_uri.as_str(), parameters)
}

/// A URI with parameters added to its query; what stands there already is not touched.
#[must_use]
pub fn with_query(uri: &str, parameters: &[(&str, &str)]) -> String {
    if parameters.is_empty() {
        return uri.to_owned();
    }
    let separator = match uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some((_, query)) if query.ends_with('&') => "",
        Some(_) => "&",
    };
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("{uri}{separator}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::error::ErrorCode;

    #[test]
    fn parameters_join_a_query_that_stays_as_it_is() {
        let add = |uri: &str| with_query(uri, &[("code", "a b"), ("state", "ü&=#")]);
        let added = "code=a+b&state=%C3%BC%26%3D%23";
        assert_eq!(
            add("https://a.example/cb"),
            format!("https://a.example/cb?{added}")
        );
        assert_eq!(
            add("https://a.example/cb?x=%7e&y"),
            format!("https://a.example/cb?x=%7e&y&{added}")
        );
        assert_eq!(
            add("https://a.example/cb?"),
            format!("https://a.example/cb?{added}")
        );
        assert_eq!(
            add("https://a.example/cb?x=1&"),
            format!("https://a.example/cb?x=1&{added}")
        );
        assert_eq!(add("com.example.app:/cb"), format!("com.example.app:/cb?{added}"));
    }

    #[test]
    fn a_response_names_its_issuer() {
        let issuer = Issuer::parse("https://login.example.com").unwrap();
        let error = ProtocolError::new(ErrorCode::AccessDenied, "the person did not allow the access");
        let parameters = response_parameters(AuthorizationResponse::Error(error), Some("s"), &issuer);
        assert_eq!(
            parameters,
            [
                ("error", "access_denied"),
                ("error_description", "the person did not allow the access"),
                ("state", "s"),
                ("iss", "https://login.example.com"),
            ]
        );
    }

    #[test]
    fn a_location_that_is_no_header_goes_nowhere() {
        assert_eq!(see_other("https://a.example/\r\nx: y").status(), 500);
        let response = see_other("/login");
        assert_eq!(response.status(), 303);
        assert_eq!(response.headers()[REFERRER_POLICY], "no-referrer");
    }
}
