//! Owns what a caller sees when an endpoint panics: a 500 with the request id. The one log line is written by the
//! panic hook (`server::telemetry`), inside the request's span.

use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;

use super::request_id::RequestId;
use crate::http::respond::failure::Failure;
use crate::http::respond::problem::Problem;

/// Turns a panic into an answer.
pub async fn answer(request: Request, next: Next) -> Response {
    let id = RequestId::of(request.extensions()).to_owned();
    // Nothing that the request borrowed outlives it: a transaction it held is rolled back when it is dropped.
    if let Ok(response) = AssertUnwindSafe(next.run(request)).catch_unwind().await {
        return response;
    }
    let mut response = Problem::server_error(&id).into_response();
    response.extensions_mut().insert(Failure::Broken);
    response
}
