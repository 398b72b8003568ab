//! Tests of the whole stack, through a router of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Extension};
use axum::response::Response;
use axum::routing::{get, post};
use http::Request;
use tower::ServiceExt as _;

use super::client_ip::TrustedProxies;
use super::form::Forms;
use super::limits::RequestLimits;
use super::rate_limit::{self, Rate, RateLimit};
use super::request_id::RequestIds;
use super::security_headers::TransportSettings;
use super::stack::{EdgeSettings, surround};
use crate::base::clock::{DatabaseClock, Timestamp};
use crate::base::entropy::SystemEntropy;
use crate::base::origin::Origin;
use crate::protocol::issuer::Issuer;
use crate::web::layout::Layout;

fn router() -> Router {
    let layout = Arc::new(Layout::new(&Issuer::parse("https://login.example.com").unwrap()));
    let rate = Rate {
        per_minute: 1,
        burst: 1,
    };
    let limit = RateLimit::new("test", rate, Arc::clone(&layout));
    let limited = axum::middleware::from_fn_with_state(limit, rate_limit::enforce);
    let routes = Router::new()
        .route("/panic", get(panics))
        .route("/form", post(async |body: String| body.len().to_string()))
        .route(
            "/oauth2/slow",
            get(async || tokio::time::sleep(Duration::from_mins(1)).await),
        )
        .route(
            "/slow",
            get(async || tokio::time::sleep(Duration::from_mins(1)).await),
        )
        .route(
            "/who",
            get(async |Extension(origin): Extension<Origin>| origin.request_id),
        )
        .route("/limited", get(async || "").layer(limited));
    surround(
        routes,
        EdgeSettings {
            request_ids: RequestIds {
                clock: Arc::new(DatabaseClock::new(Instant::now(), Timestamp::UNIX_EPOCH)),
                entropy: Arc::new(SystemEntropy),
            },
            trusted_proxies: Arc::new(TrustedProxies::None),
            transport: TransportSettings { https: true },
            limits: RequestLimits {
                total_time: Duration::from_millis(50),
                ..RequestLimits::default()
            },
            forms: Forms {
                is_oauth: |path| path == "/oauth2/slow",
                layout,
            },
        },
    )
}

async fn panics() {
    panic!("on purpose");
}

async fn send(router: &Router, request: http::request::Builder, body: impl Into<Body>) -> Response {
    let request = request.body(body.into()).unwrap();
    router.clone().oneshot(request).await.unwrap()
}

async fn text(response: Response) -> String {
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn the_request_id_is_ours() {
    let request = Request::get("/who").header("x-request-id", "planted");
    let response = send(&router(), request, Body::empty()).await;
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    assert_ne!(id, "planted");
    assert!(response.extensions().get::<Origin>().is_some());
    assert_eq!(text(response).await, id);
}

#[tokio::test]
async fn every_reply_carries_the_headers() {
    let response = send(&router(), Request::get("/nowhere"), Body::empty()).await;
    assert_eq!(response.status(), 404);
    for name in [
        "x-content-type-options",
        "x-frame-options",
        "referrer-policy",
        "content-security-policy",
        "strict-transport-security",
        "x-request-id",
    ] {
        assert!(response.headers().contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn a_panic_is_a_problem_with_an_id() {
    let response = send(&router(), Request::get("/panic"), Body::empty()).await;
    assert_eq!(response.status(), 500);
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let body = text(response).await;
    assert!(body.contains(&id) && !body.contains("on purpose"), "{body}");
}

#[tokio::test]
async fn requests_are_bounded_in_size_and_time() {
    let large = "a".repeat(RequestLimits::default().body_size + 1);
    let announced = send(&router(), Request::post("/form"), large.clone()).await;
    assert_eq!(announced.status(), 413);
    let pieces = futures_util::stream::iter([Ok::<_, std::io::Error>(large)]);
    let chunked = send(&router(), Request::post("/form"), Body::from_stream(pieces)).await;
    assert_eq!(chunked.status(), 413);
    let stalled = futures_util::stream::pending::<Result<String, std::io::Error>>();
    let drip = send(&router(), Request::post("/form"), Body::from_stream(stalled)).await;
    assert_eq!(drip.status(), 503);
    let slow = send(&router(), Request::get("/slow"), Body::empty()).await;
    assert_eq!(slow.status(), 503);
    assert!(slow.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn the_rate_is_kept_per_network() {
    let router = router();
    let from = |address: &str| {
        let peer: SocketAddr = address.parse().unwrap();
        Request::get("/limited")
            .extension(ConnectInfo(peer))
            .header("x-forwarded-for", "6.6.6.6")
    };
    let mut statuses = Vec::new();
    for address in [
        "[2001:db8::1]:1",
        "[2001:db8::2]:2",
        "[2001:db8:0:1::1]:1",
        "192.0.2.1:1",
    ] {
        statuses.push(
            send(&router, from(address), Body::empty())
                .await
                .status()
                .as_u16(),
        );
    }
    assert_eq!(statuses, [200, 429, 200, 200]);
}

/// RFC 6749 §5.2, RFC 9457: whoever waited too long is told so in the form of what they asked.
#[tokio::test]
async fn a_timeout_is_told_in_the_form_of_its_path() {
    let router = router();
    let retry = |response: &Response| response.headers()["retry-after"] == "2";
    let oauth = send(&router, Request::get("/oauth2/slow"), Body::empty()).await;
    assert!(oauth.status() == 503 && retry(&oauth));
    assert_eq!(oauth.headers()["content-type"], "application/json");
    assert_eq!(oauth.headers()["cache-control"], "no-store");
    let body = text(oauth).await;
    assert!(body.contains("\"error\":\"temporarily_unavailable\""), "{body}");
    let problem = send(&router, Request::get("/slow"), Body::empty()).await;
    assert!(problem.status() == 503 && retry(&problem));
    assert_eq!(problem.headers()["content-type"], "application/problem+json");
    let asked = Request::get("/slow").header("accept", "text/html");
    let page = send(&router, asked, Body::empty()).await;
    assert!(page.status() == 503 && retry(&page));
    assert!(
        page.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    let panicked = Request::get("/panic").header("accept", "text/html");
    let page = send(&router, panicked, Body::empty()).await;
    assert_eq!(page.status(), 500);
    assert!(
        page.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
}
