//! Owns problem details (RFC 9457): how every endpoint that is neither OAuth nor a page says what went wrong.

use std::borrow::Cow;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::middleware::request_log::LoggedError;

/// What a problem is sent as.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What went wrong, for a program and for its developer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: Cow<'static, str>,
    request_id: String,
    header: Option<(HeaderName, &'static str)>,
}

/// RFC 9457
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// Always `about:blank`: the code says what kind it is.
    r#type: &'static str,
    /// The status in words.
    title: &'static str,
    /// The status.
    status: u16,
    /// Stable: programs decide by it.
    code: &'static str,
    /// What is wrong and what would be right.
    detail: &'a str,
    /// What the server's log has it under.
    request_id: &'a str,
}

impl Problem {
    /// A problem with a short code of its own, a sentence, and the id that the log line shows.
    #[must_use]
    pub fn new(
        status: StatusCode,
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
        request_id: &str,
    ) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            request_id: request_id.to_owned(),
            header: None,
        }
    }

    /// The same with the challenge that a 401 carries (RFC 9110 §11.6.1).
    #[must_use]
    pub fn challenge(self) -> Self {
        Self {
            header: Some((WWW_AUTHENTICATE, "Bearer")),
            ..self
        }
    }

    /// The same for what can be asked again soon.
    #[must_use]
    pub fn retry_soon(self) -> Self {
        Self {
            header: Some((RETRY_AFTER, "2")),
            ..self
        }
    }

    /// Something is not there for a moment.
    #[must_use]
    pub fn unavailable(request_id: &str) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "temporarily_unavailable",
            "The server cannot answer now. Try again.",
            request_id,
        )
        .retry_soon()
    }

    /// Something broke on our side; the log knows more.
    #[must_use]
    pub fn server_error(request_id: &str) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "server_error",
            "The server failed. Its log has the reason under this request id.",
            request_id,
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemBody {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
            request_id: &self.request_id,
        };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some((name, value)) = self.header {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response.extensions_mut().insert(LoggedError(self.code));
        response
    }
}
