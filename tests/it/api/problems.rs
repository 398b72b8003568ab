//! What the API refuses before a handler is asked is a problem too (RFC 9457).

use reqwest::Method;
use serde_json::{Value, json};

use super::caller::{Caller, assert_problem, console};
use super::openapi::document;
use crate::app::{Reply, TestApp};
use crate::fixtures::a_person;

async fn without_token(app: &TestApp, method: Method, path: &str) -> Reply {
    let http = crate::support::http::client();
    let request = http
        .request(method, format!("{}{path}", app.issuer))
        .header("accept", "text/html,*/*");
    Reply::read(request.send().await.expect("an answer")).await
}

fn challenge(reply: &Reply) -> &str {
    reply.header("www-authenticate")
}

/// RFC 6750 §3: the challenge names an error only for a token that was shown; the body is a problem each time.
#[tokio::test]
async fn a_token_that_is_missing_or_not_enough_is_a_problem_with_its_challenge() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let missing = without_token(&app, Method::GET, "/api/v1/organizations").await;
    assert_problem(&missing, 401, "missing_token");
    assert_eq!(challenge(&missing), "Bearer realm=\"signet\"");
    let invalid = Caller::with_token(&app, "none").get("/organizations").await;
    assert_problem(&invalid, 401, "invalid_token");
    assert!(
        challenge(&invalid).contains("error=\"invalid_token\""),
        "{}",
        challenge(&invalid)
    );
    let malformed = Caller::with_token(&app, "a b").get("/organizations").await;
    assert_problem(&malformed, 401, "invalid_token");
    let ada = a_person("ada").create(&app).await;
    let reader = Caller::with_scope(&app, &console, &ada, "openid organizations").await;
    let refused = reader.post("/organizations", json!({ "name": "Acme" })).await;
    assert_problem(&refused, 403, "insufficient_scope");
    assert!(
        challenge(&refused).contains("error=\"insufficient_scope\"")
            && challenge(&refused).contains("scope=\"organizations:manage\""),
        "{}",
        challenge(&refused)
    );
    assert!(refused.body.contains("lacks the scope organizations:manage"));
}

/// Also where a browser would like a page.
#[tokio::test]
async fn an_unknown_path_is_a_problem_and_leads_on() {
    let app = TestApp::new().await;
    for path in [
        "/api/v1",
        "/api/v1/",
        "/api/v1/organisations",
        "/api/v1/organizations/",
        "/api/v1/organizations/x/nothing",
        "/api/v1/internal",
        "/api/v1/internal/membership-epoch/x",
        "/api/v2/organizations",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            assert_problem(&without_token(&app, method, path).await, 404, "path_not_found");
        }
    }
    let page = without_token(&app, Method::GET, "/nothing").await;
    assert_eq!(page.status, 404);
    assert!(page.header("content-type").starts_with("text/html"));
    let text = without_token(&app, Method::GET, "/api/v1/internal/users/%ff/memberships").await;
    assert_eq!(text.header("content-type"), "application/problem+json");
}

/// RFC 9110 §15.5.6: `Allow` names the methods of the path.
#[tokio::test]
async fn a_method_that_a_path_has_not_is_a_problem_that_names_those_it_has() {
    let app = TestApp::new().await;
    for (path, allowed) in [
        ("/api/v1/organizations", "GET,HEAD,POST"),
        ("/api/v1/organizations/active", "PUT"),
        ("/api/v1/internal/membership-epoch", "GET,HEAD"),
    ] {
        let reply = without_token(&app, Method::PATCH, path).await;
        assert_problem(&reply, 405, "method_not_allowed");
        assert_eq!(reply.header("allow"), allowed, "{path}");
        assert_eq!(reply.header("cache-control"), "no-store");
    }
}

/// Too many requests are told in the same form, whatever the asker would like.
#[tokio::test]
async fn too_many_requests_are_a_problem_too() {
    let app = TestApp::with(|config| config.limits.api_requests_per_minute_per_address = 1).await;
    let first = without_token(&app, Method::GET, "/api/v1/organizations").await;
    assert_problem(&first, 401, "missing_token");
    let second = without_token(&app, Method::GET, "/api/v1/organizations").await;
    assert_problem(&second, 429, "too_many_requests");
    assert_ne!(second.header("retry-after"), "");
}

/// What is refused is documented in one form only.
#[tokio::test]
async fn the_document_knows_problems_only() {
    let app = TestApp::new().await;
    let document = document(&app).await;
    let responses = document.0["components"]["responses"]
        .as_object()
        .expect("responses");
    for (name, response) in responses {
        let content = response["content"].as_object().expect("content");
        let kinds: Vec<&String> = content.keys().collect();
        assert_eq!(kinds, ["application/problem+json"], "{name}");
    }
    let header = &responses["Unauthorized"]["headers"]["WWW-Authenticate"];
    assert_eq!(header["required"], Value::Bool(true));
}
