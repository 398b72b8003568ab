//! Owns in which form a failure that no endpoint could answer is told: what ended a request before its endpoint was
//! done marks its answer with the failure, and here that becomes the endpoint's own form. A page is for whoever asks
//! for one; which paths are OAuth's says the front door.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::rate_limit::wants_page;
use super::request_id::RequestId;
use crate::http::respond::failure::Failure;
use crate::web::layout::Layout;

/// What the forms need to know.
#[derive(Clone)]
pub struct Forms {
    /// Whether a path is one of an OAuth endpoint that answers JSON (RFC 6749 §5.2).
    pub is_oauth: fn(&str) -> bool,
    /// The frame of every page.
    pub layout: Arc<Layout>,
}

/// Tells a marked failure in the form of its path; problem details (RFC 9457) are what stands there already.
pub async fn of_path(State(forms): State<Forms>, request: Request, next: Next) -> Response {
    let id = RequestId::of(request.extensions()).to_owned();
    let oauth = (forms.is_oauth)(request.uri().path());
    let page = wants_page(request.headers());
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Failure>() {
        Some(failure) if oauth => failure.oauth().into_response(),
        Some(failure) if page => failure.page(&forms.layout, &id),
        _ => response,
    }
}
