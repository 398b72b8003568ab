//! Owns what is answered to a request that ended before its endpoint could answer it, in the three forms that our
//! endpoints have. Which of them a path has says the front door.

use axum::response::{IntoResponse as _, Response};
use http::header::{CONNECTION, RETRY_AFTER};
use http::{HeaderValue, StatusCode};

use super::oauth::OAuthError;
use super::page::{self, FormAction};
use super::problem::Problem;
use crate::http::middleware::request_log::LoggedError;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::web::error::ErrorPage;
use crate::web::layout::Layout;

/// Why a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Its body is larger than any that is read.
    TooLarge,
    /// Its body did not arrive in time.
    TooSlow,
    /// Its body broke off.
    BrokeOff,
    /// There is no room for its body now.
    NoRoom,
    /// It took too long.
    TookTooLong,
    /// Its endpoint panicked.
    Panicked,
    /// Too many came from its address.
    TooMany {
        /// When to try again.
        seconds: u64,
    },
}

impl Ended {
    const fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::BrokeOff => StatusCode::BAD_REQUEST,
            Self::NoRoom | Self::TookTooLong => StatusCode::SERVICE_UNAVAILABLE,
            Self::Panicked => StatusCode::INTERNAL_SERVER_ERROR,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    /// What the log and problem details call it.
    const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::BrokeOff => "broke_off",
            Self::NoRoom => "no_room",
            Self::TookTooLong => "took_too_long",
            Self::Panicked => "server_error",
            Self::TooMany { .. } => "too_many_requests",
        }
    }

    /// As problem details (RFC 9457), marked so that [`crate::http::middleware::form`] can tell it in another form.
    #[must_use]
    pub fn problem(self, request_id: &str) -> Response {
        let problem = match self {
            Self::TooLarge => "The body is larger than this server reads.",
            Self::TooSlow => "The body did not arrive in time.",
            Self::BrokeOff => "The body broke off.",
            Self::NoRoom => "The server has no room for this request now; try again shortly.",
            Self::TookTooLong => "The request took too long; try again shortly.",
            Self::TooMany { .. } => "Too many requests came from this address; wait and try again.",
            Self::Panicked => {
                let problem = Problem::server_error(request_id);
                return self.finish(problem.into_response(), Mark::Kept);
            }
        };
        let code = match self {
            Self::NoRoom | Self::TookTooLong => "temporarily_unavailable",
            _ => self.code(),
        };
        let problem = Problem::new(self.status(), code, problem, request_id);
        self.finish(problem.into_response(), Mark::Kept)
    }

    /// As JSON of OAuth (RFC 6749 §5.2).
    #[must_use]
    pub fn oauth(self) -> Response {
        let (code, description) = match self {
            Self::TooLarge => (ErrorCode::InvalidRequest, "the request is too large"),
            Self::TooSlow => (ErrorCode::InvalidRequest, "the body did not arrive in time"),
            Self::BrokeOff => (ErrorCode::InvalidRequest, "the body broke off"),
            Self::TooMany { .. } => (
                ErrorCode::TemporarilyUnavailable,
                "too many requests came from this address; wait and try again",
            ),
            Self::NoRoom | Self::TookTooLong => {
                return self.finish(OAuthError::unavailable().into_response(), Mark::None);
            }
            Self::Panicked => {
                return self.finish(OAuthError::server_error().into_response(), Mark::None);
            }
        };
        let error = OAuthError::new(ProtocolError::new(code, description)).answered_with(self.status());
        self.finish(error.into_response(), Mark::None)
    }

    /// As a page.
    #[must_use]
    pub fn page(self, layout: &Layout, request_id: &str) -> Response {
        let page = match self {
            Self::TooLarge => ErrorPage::too_large(layout, request_id),
            Self::TooSlow | Self::BrokeOff => ErrorPage::broke_off(layout, request_id),
            Self::NoRoom | Self::TookTooLong => ErrorPage::busy(layout, request_id),
            Self::Panicked => ErrorPage::server_error(layout, request_id),
            Self::TooMany { .. } => ErrorPage::too_many_requests(layout, request_id),
        };
        self.finish(
            page::with_status(self.status(), &page, FormAction::None),
            Mark::None,
        )
    }

    /// Adds what each form has: when to come back, and that the connection ends where the rest of a body is still
    /// under way, since nothing after it can be trusted to be a request.
    fn finish(self, mut response: Response, mark: Mark) -> Response {
        let headers = response.headers_mut();
        match self {
            Self::TooMany { seconds } => {
                headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            Self::NoRoom | Self::TookTooLong => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("2"));
            }
            Self::TooLarge | Self::TooSlow | Self::BrokeOff | Self::Panicked => {}
        }
        if matches!(self, Self::TooLarge | Self::TooSlow | Self::NoRoom) {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let extensions = response.extensions_mut();
        extensions.insert(LoggedError(self.code()));
        if mark == Mark::Kept {
            extensions.insert(self);
        }
        response
    }
}

/// Whether an answer still says why its request ended, for whoever tells it in another form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Kept,
    None,
}
