//! Owns how long a request may take as a whole. Sizes are `body`'s.

use std::time::Duration;

use axum::response::Response;

use crate::http::respond::ended::Ended;

/// The answer, or that it took too long.
pub(super) async fn in_time(total: Duration, answer: impl Future<Output = Response>, id: &str) -> Response {
    tokio::time::timeout(total, answer)
        .await
        .unwrap_or_else(|_| Ended::TookTooLong.problem(id))
}
