//! Owns how a refusal becomes a problem (RFC 9457): a status, a stable code and a sentence. Which ones a service's error has
//! is said beside the handlers of its audience (`organization/problems.rs`).

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};

use super::page::PageError;
use crate::db::DatabaseError;
use crate::http::extract::params::ParamsError;
use crate::http::middleware::request_id::RequestId;
use crate::http::respond::failure::Failure;
use crate::http::respond::problem::{self, Problem};

/// A refusal before it knows which request it answers; [`name_request`] writes it down.
#[derive(Debug, Clone)]
pub enum Refusal {
    /// A problem of the asker's.
    Problem {
        /// The status.
        status: StatusCode,
        /// The stable code.
        code: &'static str,
        /// What is wrong and what would be right.
        detail: String,
    },
    /// A failure of ours.
    Failure(Failure),
}

impl Refusal {
    /// A refusal with a code of its own.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Problem {
            status,
            code,
            detail: detail.into(),
        }
    }

    /// There is no such thing, or not for whoever asks.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            format!("there is no such {what}"),
        )
    }

    /// The value is none.
    pub fn invalid(error: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", error.to_string())
    }

    fn write(self, request_id: &str) -> Response {
        match self {
            Self::Problem { status, code, detail } => {
                let problem = Problem::new(status, code, detail, request_id);
                if status == StatusCode::TOO_MANY_REQUESTS {
                    return problem.retry_soon().into_response();
                }
                problem.into_response()
            }
            Self::Failure(failure) => failure.problem(request_id).into_response(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// What the router refuses by itself: a method that a path does not have, a path whose variables are no text.
fn of_router(response: &Response) -> Option<Refusal> {
    let status = response.status();
    let told = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes)
        == Some(problem::MEDIA_TYPE.as_bytes());
    if !status.is_client_error() || told {
        return None;
    }
    Some(if status == StatusCode::METHOD_NOT_ALLOWED {
        let detail = "This path has no such method; the header Allow names those it has.";
        Refusal::new(status, "method_not_allowed", detail)
    } else {
        Refusal::new(status, "malformed", "The path is malformed.")
    })
}

/// Whatever has no row in the table.
pub async fn unknown_path() -> Refusal {
    Refusal::new(
        StatusCode::NOT_FOUND,
        "path_not_found",
        "There is no such path; /api/v1/openapi.json lists every one.",
    )
}

/// Writes a handler's refusal, or the router's, down with the id of its request.
pub async fn name_request(request: Request, next: Next) -> Response {
    let request_id = RequestId::of(request.extensions()).to_owned();
    // PostgreSQL's text holds no NUL, so nothing has such a name.
    if request.uri().path().contains("%00") {
        return Refusal::not_found("thing").write(&request_id);
    }
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Refusal>() {
        Some(refusal) => refusal.write(&request_id),
        // `Allow` is put on the answer outside of this layer.
        None => match of_router(&response) {
            Some(refusal) => refusal.write(&request_id),
            None => response,
        },
    }
}

impl From<DatabaseError> for Refusal {
    fn from(error: DatabaseError) -> Self {
        Self::Failure(Failure::from(error))
    }
}

impl From<PageError> for Refusal {
    fn from(error: PageError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_page", error.to_string())
    }
}

impl From<ParamsError> for Refusal {
    fn from(error: ParamsError) -> Self {
        Self::new(error.status(), "invalid_query", error.to_string())
    }
}
