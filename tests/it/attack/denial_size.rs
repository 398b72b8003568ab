//! DO-03: what is too large is refused by its size, before anybody looks at what it says.

use crate::app::relying_party::VERIFIER;
use crate::app::{RelyingParty, Reply, TestApp};
use crate::attack::evidence;
use crate::fixtures::{a_client, a_person};
use crate::support::statements::Statements;

const FORM: &str = "application/x-www-form-urlencoded";

async fn send(hand: &RelyingParty, path: &str, body: String) -> Option<Reply> {
    let request = hand
        .http()
        .post(hand.url(path))
        .header("content-type", FORM)
        .body(body);
    // The server may hang up on the rest of a body that it has refused.
    match request.send().await {
        Ok(response) => Some(Reply::read(response).await),
        Err(_) => None,
    }
}

/// attacks.md DO-03: 10 MB of body, at every endpoint that takes one, announced or not.
#[tokio::test]
async fn do_03_a_large_body_is_refused_by_its_size() {
    let app = TestApp::new().await;
    let hand = app.relying_party(&a_client("web").create(&app).await);
    let mut statements = Statements::of(&app.database).await;
    let ((), sent) = statements
        .during(async {
            for path in [
                "/oauth2/token",
                "/oauth2/introspect",
                "/oauth2/revoke",
                "/oauth2/userinfo",
                "/oauth2/authorize",
                "/login",
                "/consent",
                "/oauth2/logout",
            ] {
                let reply = send(&hand, path, "a".repeat(10_000_000)).await;
                assert!(reply.is_none_or(|reply| reply.status == 413), "{path}");
                let announced =
                    format!("POST {path} HTTP/1.1\r\nContent-Type: {FORM}\r\nContent-Length: 10000000");
                let answer = evidence::raw(&app, &announced).await;
                assert!(answer.starts_with("HTTP/1.1 413"), "{path}: {answer}");
                // A sign-out request may hold anything, and waits for its person.
                if path == "/oauth2/logout" {
                    continue;
                }
                let more = send(&hand, path, format!("a={}", "a".repeat(65_000)))
                    .await
                    .expect("an answer");
                assert!(more.status < 500, "{path}: {}", more.status);
            }
        })
        .await;
    assert!(sent.is_empty(), "{sent:?}");
}

/// attacks.md DO-03: 10^5 parameters and 10^5 scopes.
#[tokio::test]
async fn do_03_many_parameters_and_many_scopes_are_refused() {
    let app = TestApp::new().await;
    let client = a_client("web").create(&app).await;
    let hand = app.relying_party(&client);
    for count in [300, 10_000, 100_000] {
        let body = (0..count)
            .map(|index| format!("a{index}"))
            .collect::<Vec<_>>()
            .join("&");
        for path in ["/oauth2/token", "/login", "/oauth2/authorize"] {
            let reply = send(&hand, path, body.clone()).await;
            assert!(
                reply.is_none_or(|reply| (400..500).contains(&reply.status)),
                "{path} {count}"
            );
        }
    }
    for count in [101, 5_000, 100_000] {
        let scope = (0..count)
            .map(|index| format!("s{index}"))
            .collect::<Vec<_>>()
            .join(" ");
        let grant = format!(
            "grant_type=client_credentials&client_id=web&scope={}",
            scope.replace(' ', "+")
        );
        let reply = send(&hand, "/oauth2/token", grant).await;
        assert!(
            reply.is_none_or(|reply| matches!(reply.status, 400 | 401 | 413)),
            "{count}"
        );
        let request: url::Url = hand
            .authorization_url(&[("scope", &scope)])
            .parse()
            .expect("a URL");
        let body = request.query().expect("a query").to_owned();
        if let Some(reply) = send(&hand, "/oauth2/authorize", body).await {
            let told = reply.status == 303 && reply.parameter("error").as_deref() == Some("invalid_scope");
            assert!(
                told || matches!(reply.status, 400 | 413),
                "{count}: {}",
                reply.status
            );
        }
    }
    assert_eq!(evidence::waiting(&app).await, 0);
}

/// attacks.md DO-03: JSON that nests without end in the claims parameter.
#[tokio::test]
async fn do_03_deep_json_is_refused() {
    let app = TestApp::new().await;
    let client = a_client("web").create(&app).await;
    let hand = app.relying_party(&client);
    for depth in [200, 5_000, 30_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let claims = format!(
                "{{\"userinfo\":{{\"email\":{{\"value\":{}1{}}}}}}}",
                open.repeat(depth),
                close.repeat(depth)
            );
            let request: url::Url = hand
                .authorization_url(&[("claims", &claims)])
                .parse()
                .expect("a URL");
            let body = request.query().expect("a query").to_owned();
            if let Some(reply) = send(&hand, "/oauth2/authorize", body).await {
                let told =
                    reply.status == 303 && reply.parameter("error").as_deref() == Some("invalid_request");
                assert!(
                    told || matches!(reply.status, 400 | 413),
                    "{depth}: {} {}",
                    reply.status,
                    reply.header("location")
                );
            }
        }
    }
    assert_eq!(evidence::waiting(&app).await, 0);
}

/// attacks.md DO-03: nothing is ever unpacked: a body that says it is compressed is read as it is, and is no request.
#[tokio::test]
async fn do_03_a_compressed_body_is_not_unpacked() {
    let app = TestApp::new().await;
    let hand = app.relying_party(&a_client("web").create(&app).await);
    // An empty gzip member (RFC 1952); a bomb would begin alike.
    let packed: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00";
    for (path, kind) in [
        ("/oauth2/token", FORM),
        ("/oauth2/introspect", FORM),
        ("/api/v1/organizations", "application/json"),
    ] {
        for encoding in ["gzip", "deflate", "br", "zstd"] {
            let request = hand
                .http()
                .post(hand.url(path))
                .header("content-type", kind)
                .header("content-encoding", encoding)
                .body(packed.to_vec());
            let reply = Reply::read(request.send().await.expect("an answer")).await;
            assert!(
                matches!(reply.status, 400 | 401 | 415),
                "{path} {encoding}: {}",
                reply.status
            );
        }
    }
}

/// attacks.md DO-03, TE-04: tokens, codes, verifiers and secrets of 8 KB and more are refused, never cut short or
/// passed over.
#[tokio::test]
async fn do_03_long_credentials_are_refused() {
    let app = TestApp::new().await;
    let person = a_person("wolf").create(&app).await;
    let client = a_client("web").create(&app).await;
    let hand = app.relying_party(&client);
    let tokens = hand.tokens(&app, &person, &[]).await;
    let good = tokens["access_token"].as_str().expect("a token");
    let code = hand.code(&app, &person, &[]).await;
    for length in [8_192, 20_000, 50_000] {
        let long = "a".repeat(length);
        let jwt = format!("{good}{long}");
        for token in [&long, &jwt] {
            let reply = hand.userinfo(token).await;
            assert!(matches!(reply.status, 401 | 431), "{length}: {}", reply.status);
            assert_eq!(hand.introspect(token).await, serde_json::json!({"active": false}));
            hand.refresh(token, &[]).await.assert_error(400, "invalid_grant");
        }
        hand.exchange(&format!("{code}{long}"))
            .await
            .assert_error(400, "invalid_grant");
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", client.redirect_uri.as_str()),
            ("code_verifier", &format!("{VERIFIER}{long}")),
        ];
        let reply = hand.token(&fields).await;
        assert_eq!(reply.status, 400, "{}", reply.body);
    }
    let huge = "a".repeat(100_000);
    let reply = hand
        .http()
        .get(hand.url("/"))
        .header("x-large", &huge)
        .send()
        .await;
    assert!(reply.is_ok_and(|reply| reply.status() == 431));
    let answer = evidence::raw(&app, &format!("GET /{huge} HTTP/1.1")).await;
    assert!(
        answer.starts_with("HTTP/1.1 414") || answer.starts_with("HTTP/1.1 431"),
        "{answer}"
    );
    assert_eq!(
        hand.userinfo(good).await.status,
        200,
        "the good one is still good"
    );
}
