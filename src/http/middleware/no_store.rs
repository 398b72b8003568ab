//! Owns that replies with something personal in them are kept by no cache: a net below the endpoints that say so
//! themselves.

use axum::Router;
use http::header::{CACHE_CONTROL, PRAGMA};
use http::{HeaderValue, Response};
use tower_http::set_header::SetResponseHeaderLayer;

/// Adds `no-store` where the endpoint said nothing about caching.
pub fn add<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    let no_store = HeaderValue::from_static("no-store");
    // The inner one of two layers sees the response first.
    router.layer((
        SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, no_store),
        SetResponseHeaderLayer::if_not_present(PRAGMA, no_cache),
    ))
}

/// The same for what understands HTTP/1.0 only.
fn no_cache<B>(response: &Response<B>) -> Option<HeaderValue> {
    let said = response.headers().contains_key(CACHE_CONTROL);
    (!said).then_some(HeaderValue::from_static("no-cache"))
}
