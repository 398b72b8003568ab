//! Owns the answers of resources that an access token protects (RFC 6750 §3): the `WWW-Authenticate: Bearer`
//! challenge beside a body, OAuth's JSON at protocol endpoints and a problem (RFC 9457) at the API's.

use axum::response::{IntoResponse, Response};
use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, StatusCode};

use super::oauth::{OAuthError, forbid_storing};
use super::problem::Problem;
use super::refusal::{Asker, Explained};
use crate::http::extract::bearer::BearerError;
use crate::http::middleware::request_log::LoggedError;
use crate::protocol::error::{ErrorCode, ProtocolError, Refusal};

/// How logs and problems call it that no token was shown; RFC 6750 has no code for it.
const MISSING_TOKEN: &str = "missing_token";

/// A refusal of a protected resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenge {
    error: Option<ProtocolError>,
    scope: Option<&'static str>,
    reason: Option<&'static str>,
}

impl Challenge {
    /// A token was shown and refused.
    #[must_use]
    pub const fn refused(error: ProtocolError) -> Self {
        Self {
            error: Some(error),
            scope: None,
            reason: None,
        }
    }

    /// The same with the reason for our own log.
    #[must_use]
    pub const fn because(self, reason: &'static str) -> Self {
        Self {
            reason: Some(reason),
            ..self
        }
    }

    /// The token lacks this scope.
    #[must_use]
    pub const fn insufficient(scope: &'static str) -> Self {
        Self {
            error: Some(ProtocolError::new(
                ErrorCode::InsufficientScope,
                "the access token lacks a scope",
            )),
            scope: Some(scope),
            reason: None,
        }
    }

    /// The same refusal as a problem, for endpoints that are not OAuth's own.
    #[must_use]
    pub fn problem(self, request_id: &str) -> Response {
        let code = self.error.map(|error| error.code);
        let status = code.map_or(Ok(StatusCode::UNAUTHORIZED), |code| {
            StatusCode::from_u16(code.status())
        });
        let detail = match (self.error, self.scope) {
            (None, _) => "Present an access token in the header Authorization, as Bearer.".to_owned(),
            (Some(_), Some(scope)) => format!("The access token lacks the scope {scope}."),
            (Some(error), None) => error.description.to_owned(),
        };
        let problem = Problem::new(
            status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            code.map_or(MISSING_TOKEN, ErrorCode::name),
            detail,
            request_id,
        );
        self.on(problem.into_response())
    }

    fn on(self, mut response: Response) -> Response {
        let value = HeaderValue::from_str(&self.header())
            .unwrap_or_else(|_| HeaderValue::from_static("Bearer realm=\"signet\""));
        response.headers_mut().insert(WWW_AUTHENTICATE, value);
        response
    }

    /// The header's value. Descriptions and scopes are fixed texts without quotation marks.
    fn header(self) -> String {
        let mut value = String::from("Bearer realm=\"signet\"");
        if let Some(error) = self.error {
            value.push_str(", error=\"");
            value.push_str(error.code.name());
            value.push_str("\", error_description=\"");
            value.push_str(error.description);
            value.push('"');
        }
        if let Some(scope) = self.scope {
            value.push_str(", scope=\"");
            value.push_str(scope);
            value.push('"');
        }
        value
    }
}

impl From<BearerError> for Challenge {
    fn from(error: BearerError) -> Self {
        Self {
            error: error.protocol_error(),
            scope: None,
            reason: None,
        }
    }
}

impl IntoResponse for Challenge {
    fn into_response(self) -> Response {
        let response = if let Some(error) = self.error {
            let reason = self.reason.map(str::to_owned);
            OAuthError::new(Refusal { error, reason }).into_response()
        } else {
            let mut response = StatusCode::UNAUTHORIZED.into_response();
            forbid_storing(response.headers_mut());
            response.extensions_mut().insert(LoggedError(MISSING_TOKEN));
            response.extensions_mut().insert(Explained {
                asker: Asker::Nobody,
                error: Some(MISSING_TOKEN),
                parameter: None,
                reason: "no access token was sent: it belongs into the header Authorization, as Bearer"
                    .to_owned(),
            });
            response
        };
        self.on(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_names_an_error_only_for_a_shown_token() {
        let response = Challenge::from(BearerError::Missing).into_response();
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()[WWW_AUTHENTICATE], "Bearer realm=\"signet\"");
        let response = Challenge::insufficient("openid").into_response();
        assert_eq!(response.status(), 403);
        assert_eq!(
            response.headers()[WWW_AUTHENTICATE],
            "Bearer realm=\"signet\", error=\"insufficient_scope\", \
             error_description=\"the access token lacks a scope\", scope=\"openid\""
        );
        assert_eq!(
            Challenge::from(BearerError::Several).into_response().status(),
            400
        );
    }
}
