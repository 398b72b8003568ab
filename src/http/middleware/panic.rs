//! Owns what a caller sees when an endpoint panics: a 500 with the request id. The one log line is written by the
//! panic hook (`server::telemetry`), inside the request's span.

use std::panic::AssertUnwindSafe;

use axum::response::Response;
use futures_util::FutureExt as _;

use crate::http::respond::ended::Ended;

/// The answer, or that there was a panic.
pub(super) async fn caught(answer: impl Future<Output = Response>, id: &str) -> Response {
    // Nothing that the request borrowed outlives it: a transaction it held is rolled back when it is dropped.
    AssertUnwindSafe(answer)
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Ended::Panicked.problem(id))
}
