//! Owns how static files travel: their name holds the hash of their content, so they never change.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};

use crate::web::asset;

/// A static file by its name in `/static/{file}`.
#[must_use]
pub fn by_name(file: &str) -> Response {
    if file != asset::stylesheet_name() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let headers = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, asset::STYLESHEET).into_response()
}
