//! Owns that every request is answered, in time and in the form of its path: what ended it before its endpoint was done
//! (a panic, the time, its body, its rate) marks its answer, and here that becomes the endpoint's own form. Which paths
//! have which says the front door. This stands inside CORS, so that scripts of other sites can read these answers too.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use http::header::ACCEPT;

use super::request_id::RequestId;
use super::{panic, time};
use crate::http::frames::Frames;
use crate::http::respond::ended::Ended;

/// How the paths of an audience are told that their request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// JSON (RFC 6749 §5.2).
    OAuth,
    /// Problem details (RFC 9457).
    Problem,
    /// A page for whoever asks for one, as browsers do; problem details for others.
    Page,
}

/// What answering in time and form needs to know.
#[derive(Clone)]
pub struct Answers {
    /// The form.
    pub form: Form,
    /// The longest that a request takes.
    pub total_time: Duration,
    /// The frames of pages.
    pub frames: Arc<Frames>,
}

/// The longest that one request takes, its body included.
pub const TOTAL_TIME: Duration = Duration::from_secs(30);

/// Answers in any case.
pub async fn answer(State(answers): State<Answers>, request: Request, next: Next) -> Response {
    let id = RequestId::of(request.extensions()).to_owned();
    let wants_page = answers.form == Form::Page && wants_page(request.headers());
    let layout = wants_page.then(|| answers.frames.of(request.headers()));
    let running = panic::caught(next.run(request), &id);
    let mut response = time::in_time(answers.total_time, running, &id).await;
    match response.extensions_mut().remove::<Ended>() {
        Some(ended) if answers.form == Form::OAuth => ended.oauth(),
        Some(ended) => layout.map_or(response, |layout| ended.page(&layout, &id)),
        None => response,
    }
}

fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}
