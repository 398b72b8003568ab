//! The harness itself: a request that answers success and leaves a transaction unfinished fails its test (house.md, a
//! request's way).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::routing::get;
use axum::{Extension, Router};
use signet::app::App;
use signet::base::origin::Origin;
use signet::http::middleware::request_id::RequestIds;
use signet::http::middleware::security_headers::TransportSettings;
use signet::http::middleware::stack::{self, MiddlewareSettings};
use tower::ServiceExt as _;

use crate::app::TestApp;
use crate::app::test_app::finished;

async fn begin(app: App, origin: Origin, status: StatusCode, commits: bool) -> StatusCode {
    let work = app.begin(app.context(origin)).await.expect("a transaction");
    if commits {
        work.commit().await.expect("committed");
    }
    status
}

#[tokio::test]
async fn a_success_that_left_a_transaction_unfinished_is_none() {
    let app = TestApp::new().await;
    for (status, commits, expected) in [
        (StatusCode::OK, true, 200),
        (StatusCode::OK, false, 500),
        (StatusCode::SEE_OTHER, false, 500),
        // A refusal takes back what it began.
        (StatusCode::NOT_FOUND, false, 404),
    ] {
        let parts = app.app.clone();
        let route = get(async move |Extension(origin): Extension<Origin>| {
            begin(parts, origin, status, commits).await
        });
        let router = Router::new().route("/", route);
        let settings = MiddlewareSettings {
            request_ids: RequestIds {
                clock: Arc::clone(app.app.clock()),
                entropy: Arc::clone(app.app.entropy()),
            },
            proxies: Arc::default(),
            transport: TransportSettings { https: false },
        };
        let router = stack::surround(router, settings).layer(from_fn(finished));
        let request = Request::get("/").body(Body::empty()).expect("a request");
        let response = router.oneshot(request).await.expect("an answer");
        assert_eq!(response.status().as_u16(), expected, "{status} {commits}");
    }
}
