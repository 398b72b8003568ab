//! Tests of the whole stack, through a router of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Extension};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{get, post};
use futures_util::StreamExt as _;
use http::Request;
use tower::ServiceExt as _;

use super::body::{self, Bodies};
use super::client_ip::Proxies;
use super::form::{self, Answers, Form};
use super::rate_limit::{self, Rate, RateLimit};
use super::request_id::RequestIds;
use super::security_headers::TransportSettings;
use super::stack::{MiddlewareSettings, surround};
use super::{cors, no_store};
use crate::base::clock::{DatabaseClock, Timestamp};
use crate::base::entropy::SystemEntropy;
use crate::base::origin::Origin;
use crate::http::extract::cookies::CookieSettings;
use crate::http::frames::Frames;
use crate::protocol::issuer::Issuer;
use crate::web::layout::Layout;

/// The same routes for each audience, below its name.
fn router() -> Router {
    let whole = [
        ("/oauth", Form::OAuth),
        ("/api", Form::Problem),
        ("/page", Form::Page),
    ]
    .into_iter()
    .fold(Router::new(), |router, (name, form)| {
        router.nest(name, audience(form))
    });
    surround(
        whole,
        MiddlewareSettings {
            request_ids: RequestIds {
                clock: Arc::new(DatabaseClock::new(Instant::now(), Timestamp::UNIX_EPOCH)),
                entropy: Arc::new(SystemEntropy),
            },
            proxies: Arc::new(Proxies::default()),
            transport: TransportSettings { https: true },
        },
    )
}

fn audience(form: Form) -> Router {
    let limit = RateLimit::new(
        "test",
        Rate {
            per_minute: 1,
            burst: 1,
        },
    );
    let bodies = Bodies {
        time: Duration::from_millis(20),
        ..Bodies::within(0)
    };
    let issuer = Issuer::parse("https://login.example.com").unwrap();
    let answers = Answers {
        form,
        total_time: Duration::from_millis(200),
        frames: Arc::new(Frames {
            layout: Layout::new(&issuer, "/language"),
            cookies: CookieSettings::new(&issuer),
        }),
    };
    let router = Router::new()
        .route("/panic", get(panics))
        .route(
            "/form",
            post(async |body: String| body.len().to_string())
                .get(async |body: String| body.len().to_string())
                .route_layer(from_fn_with_state(bodies, body::read)),
        )
        .route(
            "/slow",
            get(async || tokio::time::sleep(Duration::from_mins(1)).await),
        )
        .route(
            "/who",
            get(async |Extension(origin): Extension<Origin>| origin.request_id),
        )
        .route(
            "/limited",
            get(async || "").layer(from_fn_with_state(limit, rate_limit::enforce)),
        )
        .layer(from_fn_with_state(answers, form::answer));
    no_store::add(router).layer(cors::token_bearing())
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
    let request = Request::get("/page/who").header("x-request-id", "planted");
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
    let response = send(&router(), Request::get("/api/panic"), Body::empty()).await;
    assert_eq!(response.status(), 500);
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let body = text(response).await;
    assert!(body.contains(&id) && !body.contains("on purpose"), "{body}");
}

fn post_to(path: &str) -> http::request::Builder {
    Request::post(path)
}

/// A body that never ends after its first piece.
fn stalled(bytes: usize) -> Body {
    let first = futures_util::stream::iter([Ok::<_, std::io::Error>("a".repeat(bytes))]);
    Body::from_stream(first.chain(futures_util::stream::pending()))
}

#[tokio::test]
async fn requests_are_bounded_in_size_and_time() {
    let router = router();
    let large = "a".repeat(Bodies::LARGEST + 1);
    let announced = send(&router, post_to("/api/form"), large.clone()).await;
    assert_eq!(announced.status(), 413);
    let pieces = futures_util::stream::iter([Ok::<_, std::io::Error>(large)]);
    let chunked = send(&router, post_to("/api/form"), Body::from_stream(pieces)).await;
    assert_eq!(chunked.status(), 413);
    let drip = send(&router, post_to("/api/form"), stalled(1)).await;
    assert_eq!(drip.status(), 408);
    let slow = send(&router, Request::get("/api/slow"), Body::empty()).await;
    assert_eq!(slow.status(), 503);
    assert!(slow.headers().contains_key("retry-after"));
    let whole = send(&router, post_to("/api/form"), "a".repeat(Bodies::LARGEST)).await;
    assert_eq!(text(whole).await, Bodies::LARGEST.to_string());
}

/// What others hold leaves no room, and is given back.
#[tokio::test]
async fn a_body_without_room_is_refused_at_once() {
    let router = router();
    let holding = tokio::spawn({
        let router = router.clone();
        async move { send(&router, post_to("/api/form"), stalled(Bodies::LARGEST)).await }
    });
    tokio::task::yield_now().await;
    let refused = send(&router, post_to("/api/form"), "a").await;
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["retry-after"], "2");
    assert_eq!(holding.await.unwrap().status(), 408);
    let after = send(&router, post_to("/api/form"), "a").await;
    assert_eq!(after.status(), 200);
}

/// RFC 9110 §9.3.1: a GET's body is let go of; a path or a method that is not there reads none.
#[tokio::test]
async fn a_body_that_nobody_wants_is_not_read() {
    let router = router();
    let got = send(&router, Request::get("/api/form"), stalled(10)).await;
    assert_eq!((got.status().as_u16(), text(got).await.as_str()), (200, "0"));
    for (request, status) in [(Request::put("/api/form"), 405), (post_to("/nowhere"), 404)] {
        let untouched =
            futures_util::stream::poll_fn(|_| -> std::task::Poll<Option<Result<String, std::io::Error>>> {
                panic!("the body is read")
            });
        let response = send(&router, request, Body::from_stream(untouched)).await;
        assert_eq!(response.status(), status);
    }
}

#[tokio::test]
async fn the_rate_is_kept_per_network() {
    let router = router();
    let from = |address: &str| {
        let peer: SocketAddr = address.parse().unwrap();
        Request::get("/api/limited")
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

/// Every way in which a request ends before its endpoint is done, with its status, below an audience.
async fn ended(router: &Router, audience: &str) -> Vec<(u16, Response)> {
    let path = |name: &str| format!("/{audience}/{name}");
    let asking = |builder: http::request::Builder| builder.header("accept", "text/html");
    let broken = || {
        Body::from_stream(futures_util::stream::iter([Err::<String, _>(
            std::io::Error::other("x"),
        )]))
    };
    let mut answers = Vec::new();
    for (status, request, body) in [
        (
            413,
            post_to(&path("form")),
            Body::from("a".repeat(Bodies::LARGEST + 1)),
        ),
        (408, post_to(&path("form")), stalled(1)),
        (400, post_to(&path("form")), broken()),
        (503, Request::get(path("slow")), Body::empty()),
        (500, Request::get(path("panic")), Body::empty()),
        (200, Request::get(path("limited")), Body::empty()),
        (429, Request::get(path("limited")), Body::empty()),
    ] {
        let response = send(router, asking(request), body).await;
        assert_eq!(response.status(), status, "{audience}");
        if status != 200 {
            answers.push((status, response));
        }
    }
    answers
}

/// RFC 6749 §5.2, RFC 9457: whoever was refused, or waited too long, is told so in the form of what they asked; a script
/// of another site can read it.
#[tokio::test]
async fn every_end_is_told_in_the_form_of_its_path() {
    let router = router();
    for (audience, kind) in [
        ("oauth", "application/json"),
        ("api", "application/problem+json"),
        ("page", "text/html; charset=utf-8"),
    ] {
        for (status, response) in ended(&router, audience).await {
            let headers = response.headers();
            let what = format!("{audience} {status}");
            assert_eq!(headers["content-type"], kind, "{what}");
            assert_eq!(headers["cache-control"], "no-store", "{what}");
            assert_eq!(headers["access-control-allow-origin"], "*", "{what}");
            let later = matches!(status, 429 | 503);
            assert_eq!(headers.contains_key("retry-after"), later, "{what}");
            let closes = matches!(status, 408 | 413);
            assert_eq!(headers.contains_key("connection"), closes, "{what}");
            let id = headers["x-request-id"].to_str().unwrap().to_owned();
            let body = text(response).await;
            let code = match status {
                429 | 503 => "temporarily_unavailable",
                500 => "server_error",
                _ => "invalid_request",
            };
            let said = match audience {
                "oauth" => format!("\"error\":\"{code}\""),
                _ => id,
            };
            assert!(body.contains(&said), "{what}: {body}");
        }
    }
    let program = send(&router, Request::get("/page/panic"), Body::empty()).await;
    assert_eq!(program.headers()["content-type"], "application/problem+json");
}
