//! The JWK set (RFC 7517 §5), rendered once per key change and served from memory.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use http::{HeaderMap, StatusCode};

use crate::http::app_state::AppState;
use crate::http::extract::condition;

/// Answers with our public keys; 0 statements, 0 signatures.
pub async fn get(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let keys = state.app.token_issuer().keys.current();
    let etag = keys.jwks_etag();
    let kept = [(CACHE_CONTROL, state.app.jwks_caching().clone())];
    let tagged = [(ETAG, etag.to_string())];
    if condition::names(&headers, etag) {
        return (StatusCode::NOT_MODIFIED, kept, tagged).into_response();
    }
    (
        kept,
        tagged,
        [(CONTENT_TYPE, "application/json")],
        keys.jwks().to_string(),
    )
        .into_response()
}
