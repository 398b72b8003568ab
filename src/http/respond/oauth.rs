//! Owns the JSON answers of the OAuth endpoints (RFC 6749 §5.1, §5.2): never stored by anyone, errors with the status
//! of the one table.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;

use super::failure::Failure;
use super::refusal::{self, Asker};
use crate::base::id::ClientId;
use crate::http::extract::client_auth::ClientCredentialsError;
use crate::http::extract::params::ParamsError;
use crate::http::middleware::request_log::LoggedError;
use crate::protocol::error::{ErrorCode, ProtocolError, Refusal};

/// How long a client should wait after a 503.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("2");

/// A success: 200, JSON, not stored.
pub fn json<T: Serialize>(body: &T) -> Response {
    with_status(StatusCode::OK, body)
}

/// A success with another status, not stored.
pub fn with_status<T: Serialize>(status: StatusCode, body: &T) -> Response {
    let mut response = (status, Json(body)).into_response();
    forbid_storing(response.headers_mut());
    response
}

/// An empty success, not stored: what revocation answers (RFC 7009 §2.2).
#[must_use]
pub fn empty() -> Response {
    let mut response = StatusCode::OK.into_response();
    forbid_storing(response.headers_mut());
    response
}

/// Marks an answer as one that no cache keeps.
pub fn forbid_storing(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
}

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthError {
    refusal: Refusal,
    asker: Asker,
    status: StatusCode,
    challenge: Challenge,
}

/// Whether a refused client is told the scheme that it tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Challenge {
    None,
    Basic,
}

impl OAuthError {
    /// An error with the status of its code.
    #[must_use]
    pub fn new(refusal: impl Into<Refusal>) -> Self {
        let refusal = refusal.into();
        let status = refusal.error.code.status();
        Self {
            refusal,
            asker: Asker::Nobody,
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            challenge: Challenge::None,
        }
    }

    /// The same, and who asked: for the log.
    #[must_use]
    pub fn asked_by(self, asker: Asker) -> Self {
        Self { asker, ..self }
    }

    /// The same for a client that proved who it is.
    #[must_use]
    pub fn of_client(self, client_id: &ClientId) -> Self {
        self.asked_by(Asker::Registered(client_id.clone()))
    }

    /// The same for a client that used the Authorization header: a 401 then names its scheme (RFC 6749 §5.2).
    #[must_use]
    pub const fn for_basic(mut self, used_basic: bool) -> Self {
        if used_basic {
            self.challenge = Challenge::Basic;
        }
        self
    }

    /// The same with another status: what HTTP says of a request that never reached its endpoint.
    #[must_use]
    pub const fn answered_with(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Something broke on our side.
    #[must_use]
    pub fn server_error() -> Self {
        Self::new(ProtocolError::new(
            ErrorCode::ServerError,
            "the server failed; try again",
        ))
    }

    /// Something is overloaded or locked on our side; the answer says when to come back.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::new(ProtocolError::new(
            ErrorCode::TemporarilyUnavailable,
            "the server cannot answer this at the moment; try again shortly",
        ))
    }

    /// What is reported.
    #[must_use]
    pub const fn error(&self) -> ProtocolError {
        self.refusal.error
    }
}

impl From<ProtocolError> for OAuthError {
    fn from(error: ProtocolError) -> Self {
        Self::new(error)
    }
}

impl From<Refusal> for OAuthError {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal)
    }
}

impl From<&ParamsError> for OAuthError {
    fn from(error: &ParamsError) -> Self {
        let reported = ProtocolError::new(ErrorCode::InvalidRequest, error.description());
        Self::new(reported).answered_with(error.status())
    }
}

impl From<ParamsError> for OAuthError {
    fn from(error: ParamsError) -> Self {
        Self::from(&error)
    }
}

impl From<ClientCredentialsError> for OAuthError {
    fn from(error: ClientCredentialsError) -> Self {
        Self::new(error.protocol_error()).for_basic(error.used_basic())
    }
}

/// A failure of ours.
impl<E> From<E> for OAuthError
where
    Failure: From<E>,
{
    fn from(error: E) -> Self {
        Failure::from(error).oauth()
    }
}

/// The body of an error (RFC 6749 §5.2).
#[derive(Debug, Serialize)]
pub(super) struct ErrorBody {
    error: &'static str,
    error_description: &'static str,
}

impl From<ProtocolError> for ErrorBody {
    fn from(error: ProtocolError) -> Self {
        Self {
            error: error.code.name(),
            error_description: error.description,
        }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let error = self.refusal.error;
        let mut response = with_status(self.status, &ErrorBody::from(error));
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED && self.challenge == Challenge::Basic {
            headers.insert(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Basic realm=\"signet\""),
            );
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        response.extensions_mut().insert(LoggedError(error.code.name()));
        refusal::explain(&mut response, self.asker, &self.refusal);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_carry_their_status_and_are_not_stored() {
        let refused = ProtocolError::new(ErrorCode::InvalidClient, "no");
        let response = OAuthError::new(refused).for_basic(true).into_response();
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()[WWW_AUTHENTICATE], "Basic realm=\"signet\"");
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        let response = OAuthError::new(refused).into_response();
        assert!(!response.headers().contains_key(WWW_AUTHENTICATE));
        let response = OAuthError::unavailable().into_response();
        assert_eq!(response.status(), 503);
        assert!(response.headers().contains_key(RETRY_AFTER));
        assert_eq!(
            OAuthError::from(ParamsError::TooLarge).into_response().status(),
            413
        );
    }
}
