//! JW-02 where a resource takes plain JWTs (`typ: JWT`), as ID tokens are: the two are never taken for each other.

use serde_json::{Value, json};
use signet::client::TokenType;
use signet::protocol::algorithm::Algorithm;

use crate::app::relying_party::{claims, header};
use crate::app::{RelyingParty, TestApp};
use crate::fixtures::client::a_resource_of;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};

const API: &str = "https://api.example.com/";

async fn scene() -> (TestApp, RelyingParty, TestPerson) {
    let app = TestApp::new().await;
    let person = a_person("nils").create(&app).await;
    a_resource_of(&app, API, Some(Algorithm::RS256), TokenType::Jwt).await;
    let client = a_client("web").create(&app).await;
    let hand = app.relying_party(&client);
    (app, hand, person)
}

/// A resource's tokens have its `typ` and algorithm; they are introspected and revoked as every other.
#[tokio::test]
async fn a_resource_may_have_plain_jwts() {
    let (app, hand, person) = scene().await;
    let tokens = hand.tokens(&app, &person, &[("resource", API)]).await;
    let access = tokens["access_token"].as_str().expect("a token");
    let head = header(access);
    assert_eq!((&head["typ"], &head["alg"]), (&json!("JWT"), &json!("RS256")));
    let said = hand.introspect(access).await;
    assert_eq!((&said["active"], &said["aud"]), (&json!(true), &json!(API)));
    let next = hand
        .refresh(tokens["refresh_token"].as_str().expect("a token"), &[])
        .await
        .json();
    let next = next["access_token"].as_str().expect("a token");
    assert_eq!(header(next)["typ"], "JWT");
    assert_eq!(
        hand.post("/oauth2/revoke", &[("token", access)]).await.status,
        200
    );
    assert_eq!(hand.introspect(access).await, json!({"active": false}));
    assert_eq!(hand.introspect(next).await["active"], true);
    let elsewhere = hand.tokens(&app, &person, &[]).await;
    let access = elsewhere["access_token"].as_str().expect("a token");
    assert_eq!(header(access)["typ"], "at+jwt", "for ourselves");
}

/// attacks.md JW-02: such a token opens no userinfo and is no hint; an ID token is no access token.
#[tokio::test]
async fn jw_02_a_plain_access_token_and_an_id_token_are_never_taken_for_each_other() {
    let (app, hand, person) = scene().await;
    let browser = app.browser();
    let answer = hand.authorize(&browser, &person, &[("resource", API)]).await;
    let tokens = hand
        .exchange(&answer.parameter("code").expect("a code"))
        .await
        .json();
    let text = |name: &str| tokens[name].as_str().expect("a token");
    let (access, id_token) = (text("access_token"), text("id_token"));
    assert_eq!(header(id_token)["typ"], header(access)["typ"]);
    for token in [access, id_token] {
        assert_eq!(hand.userinfo(token).await.status, 401);
    }
    assert_eq!(hand.introspect(id_token).await, json!({"active": false}));
    let reply = browser
        .get(&format!("/oauth2/logout?id_token_hint={access}"))
        .await;
    assert!(browser.follow(reply).await.body.contains("Sign out?"));
    assert_eq!(browser.get("/account").await.status, 200, "still signed in");
    let hinted = [("id_token_hint", access), ("prompt", "none")];
    let reply = browser.get(&hand.authorization_url(&hinted)).await;
    assert_eq!(reply.parameter("error").as_deref(), Some("invalid_request"));
    let hinted = [("id_token_hint", id_token), ("prompt", "none")];
    let reply = browser.get(&hand.authorization_url(&hinted)).await;
    assert!(reply.parameter("code").is_some(), "{}", reply.header("location"));
}

/// attacks.md JW-02: even under our signature a plain JWT is an access token only if it is for a resource and names
/// its client.
#[tokio::test]
async fn jw_02_a_plain_jwt_without_client_or_resource_is_no_access_token() {
    let (app, hand, person) = scene().await;
    let tokens = hand.tokens(&app, &person, &[("resource", API)]).await;
    let good = claims(tokens["access_token"].as_str().expect("a token"));
    let signed = |claims: &Value| {
        let keys = app.app.token_issuer().keys.current();
        keys.sign(Algorithm::RS256, "JWT", claims).expect("a token")
    };
    assert_eq!(hand.introspect(&signed(&good)).await["active"], true);
    let issuer = app.issuer.as_str();
    for (name, value) in [
        ("client_id", Value::Null),
        ("aud", json!(issuer)),
        ("aud", json!([issuer, API])),
        ("aud", Value::Null),
    ] {
        let mut changed = good.clone();
        if value.is_null() {
            changed.as_object_mut().expect("claims").remove(name);
        } else {
            changed[name] = value.clone();
        }
        let token = signed(&changed);
        assert_eq!(
            hand.introspect(&token).await,
            json!({"active": false}),
            "{name} {value}"
        );
        assert_eq!(hand.userinfo(&token).await.status, 401, "{name} {value}");
    }
}

/// A resource under our own name has no plain JWTs: userinfo would have to take them.
#[tokio::test]
async fn tokens_for_ourselves_keep_their_own_type() {
    let app = TestApp::new().await;
    let person = a_person("nils").create(&app).await;
    let issuer = app.issuer.clone();
    a_resource_of(&app, &issuer, None, TokenType::Jwt).await;
    let hand = app.relying_party(&a_client("web").create(&app).await);
    let tokens = hand.tokens(&app, &person, &[("resource", &issuer)]).await;
    let access = tokens["access_token"].as_str().expect("a token");
    assert_eq!(header(access)["typ"], "at+jwt");
    assert_eq!(hand.userinfo(access).await.status, 200);
}
