//! Liveness, readiness and metrics, on the internal listener only.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::app::App;

/// The process answers.
pub async fn live() -> &'static str {
    "live\n"
}

/// Requests may come here: database, caches and clock are as they should be. Mail that does not leave is told, and keeps
/// nobody away.
pub async fn ready(State(app): State<App>) -> Response {
    match app.unready().await {
        None => match app.delayed_mail() {
            None => "ready\n".into_response(),
            Some(delayed) => format!("ready\n{delayed}\n").into_response(),
        },
        Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {reason}\n")).into_response(),
    }
}
