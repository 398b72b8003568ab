//! Headers that every answer carries: right, wrong, and nowhere (attacks.md BR-04, TE-03, AZ-10).

use std::collections::BTreeSet;

use reqwest::Method;

use crate::app::{Reply, TestApp};
use crate::fixtures::a_client;

const PATHS: [&str; 21] = [
    "/",
    "/account",
    "/account/invitation",
    "/language",
    "/login",
    "/login/cancel",
    "/login?request=unknown",
    "/consent",
    "/oauth2/authorize",
    "/oauth2/authorize?client_id=unknown",
    "/oauth2/token",
    "/oauth2/introspect",
    "/oauth2/revoke",
    "/oauth2/userinfo",
    "/oauth2/logout",
    "/oauth2/logout/confirm",
    "/oauth2/logout/done",
    "/.well-known/openid-configuration",
    "/.well-known/jwks.json",
    "/static/client-icons/unknown",
    "/no/such/page",
];

/// Every path with every method, and a body that is too large.
async fn answers(app: &TestApp) -> Vec<(String, Reply)> {
    let hand = app.relying_party(&a_client("web").create(app).await);
    let mut answers = Vec::new();
    for path in PATHS {
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::DELETE,
            Method::OPTIONS,
        ] {
            let request = hand.http().request(method.clone(), hand.url(path));
            let reply = Reply::read(request.send().await.expect("an answer")).await;
            answers.push((format!("{method} {path}"), reply));
        }
    }
    let large = hand
        .http()
        .post(hand.url("/oauth2/token"))
        .body("x".repeat(100_000));
    answers.push((
        "a large body".to_owned(),
        Reply::read(large.send().await.expect("an answer")).await,
    ));
    answers
}

/// No answer is sniffed, framed, or tells other sites where the person was; none names our software.
#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let app = TestApp::new().await;
    for (what, reply) in answers(&app).await {
        assert!(reply.status < 500, "{what}: {}", reply.status);
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{what}");
        assert_eq!(reply.header("x-frame-options"), "DENY", "{what}");
        assert!(
            ["no-referrer", "same-origin"].contains(&reply.header("referrer-policy")),
            "{what}"
        );
        let policy = reply.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{what}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{what}: {policy}");
        for absent in ["server", "x-powered-by", "strict-transport-security"] {
            assert_eq!(reply.headers.get(absent), None, "{what}: {absent}");
        }
        let document = what.contains(".well-known") && reply.status == 200;
        if !document && !what.starts_with("OPTIONS") && reply.status != 404 && reply.status != 405 {
            assert!(
                reply.header("cache-control").contains("no-store"),
                "{what}: {}",
                reply.status
            );
        }
    }
}

/// Under an https issuer browsers are told to use nothing else.
#[tokio::test]
async fn an_https_issuer_demands_tls() {
    let app = TestApp::with(|config| "https://login.example.com".clone_into(&mut config.issuer)).await;
    for path in PATHS {
        let reply = app.browser().get(path).await;
        assert_eq!(
            reply.header("strict-transport-security"),
            "max-age=63072000",
            "{path}"
        );
    }
}

/// One id per request, ours, in the header and on the page that a person may read out to somebody.
#[tokio::test]
async fn every_answer_has_an_id_of_its_own() {
    let app = TestApp::new().await;
    let mut seen = BTreeSet::new();
    for (what, reply) in answers(&app).await {
        let id = reply.header("x-request-id").to_owned();
        assert!(uuid::Uuid::parse_str(&id).is_ok(), "{what}: {id}");
        assert!(seen.insert(id), "{what}: an id twice");
    }
    let reply = app
        .browser()
        .get_with("/no/such/page", &[("x-request-id", "of-the-attacker")])
        .await;
    let id = reply.header("x-request-id");
    assert_ne!(id, "of-the-attacker");
    assert!(reply.body.contains(id), "{}", reply.body);
    assert!(!reply.body.contains("of-the-attacker"));
}
