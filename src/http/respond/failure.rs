//! Owns what is answered when something of ours failed: 503 with Retry-After when trying again can help, 500 once
//! logged otherwise. It tells nobody why.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header::RETRY_AFTER};

use super::oauth::OAuthError;
use super::page::{self, FormAction};
use super::problem::Problem;
use crate::claims::MintError;
use crate::db::{DatabaseError, told};
use crate::grant::outcome::GrantError;
use crate::hook::{AskError, HookError};
use crate::signing::error::{SigningError, VerificationError};
use crate::web::error::ErrorPage;
use crate::web::layout::Layout;

/// A failure, reduced to what the asker may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Trying again can help.
    Unavailable,
    /// It cannot.
    Broken,
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Unavailable(source) => {
                tracing::warn!(error = told(&source), "the database is unavailable");
                Self::Unavailable
            }
            error @ (DatabaseError::Failed(_)
            | DatabaseError::Inconsistent { .. }
            | DatabaseError::SecondStatement) => {
                // The source's own words only: its details can quote what a request stored.
                let source = std::error::Error::source(&error).map(told);
                tracing::error!(error = %error, source, "a statement failed");
                Self::Broken
            }
        }
    }
}

impl From<MintError> for Failure {
    fn from(error: MintError) -> Self {
        match error {
            // A hook can be mended while the person tries again; what its answer was is the operator's business.
            MintError::Hook(error) => {
                tracing::error!(error.code = error.code(), error = %error, "no token was minted");
                Self::Unavailable
            }
            // A key that is missing here can be loaded, and another replica may have it.
            error @ MintError::Signing(_) => {
                tracing::error!(error = %error, "no token was minted or read");
                Self::Unavailable
            }
        }
    }
}

impl From<SigningError> for Failure {
    fn from(error: SigningError) -> Self {
        MintError::from(error).into()
    }
}

impl From<VerificationError> for Failure {
    fn from(error: VerificationError) -> Self {
        tracing::error!(error = %error, "a token could not be read");
        Self::Unavailable
    }
}

impl From<HookError> for Failure {
    fn from(error: HookError) -> Self {
        MintError::Hook(error).into()
    }
}

impl From<AskError> for Failure {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Hook(error) => error.into(),
            AskError::Database(error) => error.into(),
        }
    }
}

impl From<GrantError> for OAuthError {
    fn from(error: GrantError) -> Self {
        match error {
            GrantError::Request(error) => Self::new(error),
            GrantError::Database(error) => error.into(),
            GrantError::Mint(error) => error.into(),
            GrantError::Stale { reason, client } => {
                tracing::error!(reason, client.id = %client, "no token was minted");
                Self::unavailable()
            }
            error @ GrantError::ChangedMeanwhile => {
                tracing::error!(error.code = "hook_conflict", error = %error, "no token was minted");
                Self::unavailable()
            }
        }
    }
}

impl Failure {
    /// The answer of an endpoint that speaks JSON.
    #[must_use]
    pub fn oauth(self) -> OAuthError {
        match self {
            Self::Unavailable => OAuthError::unavailable(),
            Self::Broken => OAuthError::server_error(),
        }
    }

    /// The answer of an endpoint that speaks problem details.
    #[must_use]
    pub fn problem(self, request_id: &str) -> Problem {
        match self {
            Self::Unavailable => Problem::unavailable(request_id),
            Self::Broken => Problem::server_error(request_id),
        }
    }

    /// The answer of a page.
    #[must_use]
    pub fn page(self, layout: &Layout, request_id: &str) -> Response {
        let page = ErrorPage::server_error(layout, request_id);
        match self {
            Self::Broken => page::with_status(StatusCode::INTERNAL_SERVER_ERROR, &page, FormAction::None),
            Self::Unavailable => {
                let mut response =
                    page::with_status(StatusCode::SERVICE_UNAVAILABLE, &page, FormAction::None);
                response
                    .headers_mut()
                    .insert(RETRY_AFTER, HeaderValue::from_static("2"));
                response
            }
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.oauth().into_response()
    }
}
