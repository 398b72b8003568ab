//! What a script of another site learns of a refusal, and what a browser sees: BR-09.

use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::evidence::{assert_page, raw, raw_post};
use crate::app::TestApp;
use crate::fixtures::a_client;

const FORM: &str = "Content-Type: application/x-www-form-urlencoded";

/// Whether a script of another site may read the answer (Fetch §3.3.3).
fn is_readable(answer: &str) -> bool {
    answer.to_lowercase().contains("access-control-allow-origin: *")
}

/// A form from a page of another site.
async fn send(app: &TestApp, path: &str, accept: &str, body: &str) -> String {
    let head = format!(
        "POST {path} HTTP/1.1\r\nOrigin: https://app.example\r\nAccept: {accept}\r\n{FORM}\r\nContent-Length: {}",
        body.len()
    );
    raw_post(app, &head, body).await
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

/// BR-09: every refusal that a browser application can meet is readable to it: what a client did wrong, what is too
/// large, and too many requests.
#[tokio::test]
async fn br_09_refusals_are_readable_where_answers_are() {
    let app = TestApp::with(|config| config.limits.token_requests_per_minute_per_address = 3).await;
    a_client("web").create(&app).await;
    let head = |path: &str| format!("POST {path} HTTP/1.1\r\nOrigin: https://app.example\r\n{FORM}");
    let wrong = "grant_type=refresh_token&client_id=web&client_secret=x";
    let bad = send(&app, "/oauth2/token", "*/*", wrong).await;
    assert_eq!(status(&bad), "401", "{bad}");
    let empty = send(&app, "/oauth2/token", "*/*", "client_id=web").await;
    assert!(matches!(status(&empty), "400" | "401"), "{empty}");
    let large = raw(
        &app,
        &format!("{}\r\nContent-Length: 10000000", head("/oauth2/token")),
    )
    .await;
    assert_eq!(status(&large), "413", "{large}");
    assert!(large.contains("\"error\":\"invalid_request\""), "{large}");
    let many = send(&app, "/oauth2/token", "*/*", "a=1").await;
    assert_eq!(status(&many), "429", "{many}");
    assert!(many.contains("\"error\":\"temporarily_unavailable\""), "{many}");
    let api = raw(
        &app,
        "POST /api/v1/organizations HTTP/1.1\r\nOrigin: https://app.example\r\nContent-Length: 10000000",
    )
    .await;
    assert_eq!(status(&api), "413", "{api}");
    assert!(api.contains("application/problem+json"), "{api}");
    for answer in [bad, empty, large, many, api] {
        assert!(is_readable(&answer), "{answer}");
    }
}

/// BR-09: a body for which there is no room now is 503 with a time to come back, readable too; and it is told in a page
/// to a browser.
#[tokio::test]
async fn br_09_no_room_is_readable_and_passes() {
    // Room for one largest body, whatever is configured below that.
    let app = TestApp::with(|config| config.limits.body_memory_kib = 1).await;
    let address = app.address.trim_start_matches("http://");
    let mut greedy = TcpStream::connect(address).await.expect("a connection");
    let head = format!("POST /oauth2/token HTTP/1.1\r\nHost: x\r\n{FORM}\r\nContent-Length: 65536\r\n\r\n");
    greedy.write_all(head.as_bytes()).await.expect("sent");
    greedy
        .write_all("a".repeat(65_000).as_bytes())
        .await
        .expect("sent");
    let body = format!("a={}", "a".repeat(1_000));
    let refused = async {
        loop {
            let answer = send(&app, "/oauth2/token", "*/*", &body).await;
            if status(&answer) == "503" {
                return answer;
            }
        }
    };
    let refused = tokio::time::timeout(Duration::from_secs(10), refused)
        .await
        .expect("the room fills");
    assert!(is_readable(&refused), "{refused}");
    assert!(refused.to_lowercase().contains("retry-after: 2"), "{refused}");
    assert!(
        refused.contains("\"error\":\"temporarily_unavailable\""),
        "{refused}"
    );
    let page = send(&app, "/login", "text/html", &body).await;
    assert_eq!(status(&page), "503");
    assert!(
        page.contains("The server is busy") && !is_readable(&page),
        "{page}"
    );
    drop(greedy);
    let again = async { while status(&send(&app, "/oauth2/token", "*/*", &body).await) == "503" {} };
    tokio::time::timeout(Duration::from_secs(10), again)
        .await
        .expect("the room is given back");
}

/// BR-09: applications that trace their requests are let through the preflight (W3C Trace Context, Baggage, Sentry), and
/// so are `DPoP` proofs (RFC 9449).
#[tokio::test]
async fn br_09_preflights_let_tracing_headers_through() {
    let app = TestApp::new().await;
    let wanted = [
        "traceparent",
        "tracestate",
        "baggage",
        "sentry-trace",
        "dpop",
        "authorization",
    ];
    for (method, path) in [
        ("POST", "/oauth2/token"),
        ("POST", "/oauth2/revoke"),
        ("GET", "/oauth2/userinfo"),
        ("GET", "/.well-known/openid-configuration"),
        ("GET", "/.well-known/oauth-authorization-server"),
        ("GET", "/.well-known/jwks.json"),
        ("DELETE", "/api/v1/organizations/x"),
    ] {
        let asked = format!(
            "OPTIONS {path} HTTP/1.1\r\nOrigin: https://app.example\r\nAccess-Control-Request-Method: {method}\r\n\
             Access-Control-Request-Headers: {}",
            wanted.join(",")
        );
        let answer = raw(&app, &asked).await.to_lowercase();
        assert_eq!(status(&answer), "200", "{path}: {answer}");
        assert!(is_readable(&answer), "{path}: {answer}");
        let allowed = answer
            .lines()
            .find_map(|line| line.strip_prefix("access-control-allow-headers: "))
            .unwrap_or_default();
        for name in wanted {
            assert!(
                allowed.split(',').any(|header| header.trim() == name),
                "{path} {name}: {answer}"
            );
        }
    }
}

/// A browser whose form is too large sees a page, which no script of another site may read.
#[tokio::test]
async fn br_09_a_browser_sees_a_page() {
    let app = TestApp::new().await;
    let http = crate::support::http::client();
    for path in ["/login", "/consent", "/oauth2/authorize", "/oauth2/logout"] {
        let request = http
            .post(format!("{}{path}", app.issuer))
            .header("accept", "text/html,application/xhtml+xml")
            .header("content-type", "application/x-www-form-urlencoded")
            .body("a".repeat(100_000));
        let reply = crate::app::Reply::read(request.send().await.expect("an answer")).await;
        assert_page(&reply, 413);
        assert!(reply.body.contains("Request too large"), "{path}");
        assert_eq!(reply.header("access-control-allow-origin"), "");
    }
}
