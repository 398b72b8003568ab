//! The JWK set (RFC 7517 §5), rendered once per key change and served from memory. Who fetches it is noted in memory, by
//! the name in `?verifier=NAME`, else by product and network: a rotation waits for whoever has not seen the next key.
//! A replica that cannot know whether its set is still current lets nobody keep it, and notes nobody as having seen it.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::metadata::Rendered;
use crate::http::app_state::AppState;
use crate::http::extract::condition;
use crate::http::middleware::client_ip::ClientAddress;
use crate::signing::rotation::Fetcher;

const JSON: (HeaderName, HeaderValue) = (CONTENT_TYPE, HeaderValue::from_static("application/json"));

/// Answers with our public keys; 0 statements, 0 signatures.
pub async fn get(
    State(state): State<AppState>,
    Extension(rendered): Extension<Rendered>,
    RawQuery(query): RawQuery,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
) -> Response {
    let app = &state.app;
    let keys = app.token_issuer().keys.current();
    if app.freshness().why_stale().is_some() {
        let not_kept = [(CACHE_CONTROL, HeaderValue::from_static("no-store")), JSON];
        return (not_kept, rendered.of(app, &keys).jwks).into_response();
    }
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    let address = address.and_then(|Extension(ClientAddress(address))| address);
    let fetcher = Fetcher::read(query.as_deref(), agent, address);
    app.sightings().note(fetcher, app.clock().now());
    let etag = keys.jwks_etag();
    let kept = [(CACHE_CONTROL, app.jwks_caching().clone())];
    let tagged = [(ETAG, etag.to_string())];
    if condition::names(&headers, etag) {
        return (StatusCode::NOT_MODIFIED, kept, tagged).into_response();
    }
    (kept, tagged, [JSON], rendered.of(app, &keys).jwks).into_response()
}
