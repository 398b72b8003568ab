//! DO-03: what is dear to read is refused before it is read.

use reqwest::Method;
use serde_json::json;

use super::bombs::{self, Bomb};
use crate::api::caller::{Caller, console};
use crate::app::{RelyingParty, Reply, TestApp};
use crate::attack::holdings::ada;
use crate::fixtures::a_client;
use crate::support::statements::Statements;

async fn target() -> (TestApp, RelyingParty, Vec<Bomb>) {
    let app = TestApp::new().await;
    let hand = app.relying_party(&a_client("web").create(&app).await);
    // The client is in memory from here on.
    hand.refresh("unknown", &[])
        .await
        .assert_error(400, "invalid_grant");
    let jwks = app.browser().get("/.well-known/jwks.json").await.json();
    let rsa = jwks["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .find(|key| key["kty"] == "RSA");
    let bombs = bombs::all(&rsa.expect("an RSA key")["kid"]);
    (app, hand, bombs)
}

/// attacks.md DO-03; RFC 8725 §3.6, CVE-2026-2575: encrypted, packed and password-derived tokens, keys of 16,384 bits and
/// tokens of 8 KB are no tokens anywhere: nothing is unpacked, derived or looked up, so the database is not asked. How
/// long a refusal takes is not measured here: what began one of these would not end.
#[tokio::test]
async fn do_03_dear_tokens_are_refused_unread() {
    let (app, hand, bombs) = target().await;
    let mut statements = Statements::of(&app.database).await;
    let ((), sent) = statements
        .during(async {
            for (what, token) in &bombs {
                assert_eq!(hand.userinfo(token).await.status, 401, "{what}");
                let api = Caller::with_token(&app, token);
                assert_eq!(api.get("/organizations").await.status, 401, "{what}");
                assert_eq!(hand.introspect(token).await, json!({"active": false}), "{what}");
                let revoked = hand.post("/oauth2/revoke", &[("token", token)]).await;
                assert_eq!(
                    (revoked.status, revoked.body.as_str()),
                    (200, ""),
                    "{what}: RFC 7009 §2.2"
                );
                hand.refresh(token, &[]).await.assert_error(400, "invalid_grant");
                hand.exchange(token).await.assert_error(400, "invalid_grant");
                asserted(&hand, token).await;
            }
        })
        .await;
    assert!(sent.is_empty(), "{sent:?}");
}

/// As an assertion, which is not offered (RFC 7523 §2.1, §2.2), and as a token to exchange (RFC 8693).
async fn asserted(hand: &RelyingParty, token: &str) {
    let client = [
        ("grant_type", "client_credentials"),
        ("client_id", "web"),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", token),
    ];
    let request = hand.http().post(hand.url("/oauth2/token")).form(&client);
    let reply = Reply::read(request.send().await.expect("an answer")).await;
    reply.assert_error(401, "invalid_client");
    for (grant, name) in [
        ("urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion"),
        ("urn:ietf:params:oauth:grant-type:token-exchange", "subject_token"),
    ] {
        hand.token(&[("grant_type", grant), (name, token)])
            .await
            .assert_error(400, "unsupported_grant_type");
    }
}

/// attacks.md DO-03, AZ-07, AZ-08: as a hint such a token proves nobody; as a request object it is not taken at all.
#[tokio::test]
async fn do_03_dear_hints_and_request_objects_prove_nobody() {
    let (app, hand, bombs) = target().await;
    let ada = ada(&app).await;
    let browser = app.browser();
    hand.authorize(&browser, &ada, &[]).await;
    for (what, token) in &bombs {
        for (name, error) in [
            ("id_token_hint", "invalid_request"),
            ("request", "request_not_supported"),
        ] {
            let asked = hand.authorization_url(&[(name, token), ("prompt", "none")]);
            let reply = browser.get(&asked).await;
            assert_eq!(reply.status, 303, "{what}: {}", reply.body);
            assert_eq!(reply.parameter("error").as_deref(), Some(error), "{what}");
        }
        let asked = browser.post("/oauth2/logout", &[("id_token_hint", token)]).await;
        assert!(asked.status < 500, "{what}: {}", asked.status);
    }
    let silent = browser.get(&hand.authorization_url(&[("prompt", "none")])).await;
    assert!(silent.parameter("code").is_some(), "nobody was signed out");
}

/// attacks.md DO-03: JSON of any depth in the body of the API is 400, and nothing is made.
#[tokio::test]
async fn do_03_deep_json_is_refused_by_the_api() {
    let app = TestApp::new().await;
    let caller = Caller::new(&app, &console(&app).await, &ada(&app).await).await;
    let http = crate::support::http::client();
    for depth in [200, 5_000, 30_000] {
        for (open, close) in [("[", "]"), ("{\"name\":", "}")] {
            let value = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            if value.len() > 60_000 && open.len() > 1 {
                continue;
            }
            for body in [format!("{{\"name\":{value}}}"), value, open.repeat(depth)] {
                let request = http
                    .request(Method::POST, format!("{}/api/v1/organizations", app.issuer))
                    .bearer_auth(&caller.token)
                    .header("content-type", "application/json")
                    .body(body);
                let reply = Reply::read(request.send().await.expect("an answer")).await;
                assert!(matches!(reply.status, 400 | 413), "{depth}: {}", reply.status);
            }
        }
    }
    let kept = "select count(*) from auth.organizations where slug <> 'ada'";
    assert_eq!(super::evidence::count(&app, kept).await, 0);
}
