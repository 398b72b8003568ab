//! JW-02: a token is good for one purpose, one audience and one issuer (RFC 8725 §3.8, §3.11, §3.12; RFC 9068 §4).

use serde_json::{Map, Value, json};
use signet::protocol::algorithm::Algorithm;

use crate::app::relying_party::claims;
use crate::app::{RelyingParty, TestApp};
use crate::fixtures::client::a_resource;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};

const API: &str = "https://api.example.com/";

async fn people() -> (TestApp, RelyingParty, TestPerson) {
    let app = TestApp::new().await;
    let person = a_person("nils").create(&app).await;
    a_resource(&app, API, Some(Algorithm::ES256)).await;
    let client = a_client("web").create(&app).await;
    let hand = app.relying_party(&client);
    (app, hand, person)
}

async fn refused(hand: &RelyingParty, token: &str, what: &str) {
    let reply = hand.userinfo(token).await;
    assert_eq!(reply.status, 401, "{what}: {}", reply.body);
    assert!(
        reply
            .header("www-authenticate")
            .contains("error=\"invalid_token\""),
        "{what}: {}",
        reply.header("www-authenticate")
    );
}

/// Signs claims with our own keys, as nobody outside can: what must be refused even then.
fn signed(app: &TestApp, typ: &str, claims: &Value) -> String {
    let keys = app.app.token_issuer().keys.current();
    keys.sign(Algorithm::ES256, typ, claims).expect("a token")
}

/// attacks.md JW-02: an ID token, a refresh token, a code and a token for another audience open no userinfo.
#[tokio::test]
async fn jw_02_what_was_issued_for_another_purpose_is_no_bearer_token() {
    let (app, hand, person) = people().await;
    let code = hand.code(&app, &person, &[]).await;
    refused(&hand, &code, "a code").await;
    let tokens = hand.tokens(&app, &person, &[]).await;
    let text = |name: &str| tokens[name].as_str().expect("a token");
    refused(&hand, text("id_token"), "an ID token").await;
    refused(&hand, text("refresh_token"), "a refresh token").await;
    assert_eq!(hand.introspect(text("id_token")).await, json!({"active": false}));
    hand.refresh(text("access_token"), &[])
        .await
        .assert_error(400, "invalid_grant");
    hand.refresh(text("id_token"), &[])
        .await
        .assert_error(400, "invalid_grant");
    assert_eq!(hand.userinfo(text("access_token")).await.status, 200);
    let elsewhere = hand.tokens(&app, &person, &[("resource", API)]).await;
    let for_api = elsewhere["access_token"].as_str().expect("a token");
    assert_eq!(claims(for_api)["aud"], API);
    refused(&hand, for_api, "a token for another audience").await;
}

/// attacks.md JW-02: an access token is no hint: nobody is signed out by it.
#[tokio::test]
async fn jw_02_an_access_token_is_no_id_token_hint() {
    let (app, hand, person) = people().await;
    let browser = app.browser();
    let answer = hand.authorize(&browser, &person, &[]).await;
    let tokens = hand
        .exchange(&answer.parameter("code").expect("a code"))
        .await
        .json();
    let access = tokens["access_token"].as_str().expect("a token");
    let reply = browser
        .get(&format!("/oauth2/logout?id_token_hint={access}"))
        .await;
    let asked = browser.follow(reply).await;
    assert!(asked.body.contains("Sign out?"), "{}", asked.body);
    assert_eq!(browser.get("/account").await.status, 200, "still signed in");
}

/// attacks.md JW-02: `typ`, `iss`, `aud` and `exp` are all demanded, although the signature is ours.
#[tokio::test]
async fn jw_02_our_signature_alone_opens_nothing() {
    let (app, hand, person) = people().await;
    let tokens = hand.tokens(&app, &person, &[]).await;
    let access = tokens["access_token"].as_str().expect("a token");
    let good = claims(access);
    assert_eq!(hand.userinfo(&signed(&app, "at+jwt", &good)).await.status, 200);
    for typ in [
        "JWT",
        "",
        "logout+jwt",
        "dpop+jwt",
        "at+jwt ",
        "secevent+jwt",
        "oauth-authz-req+jwt",
    ] {
        refused(&hand, &signed(&app, typ, &good), typ).await;
    }
    let issuer = app.issuer.as_str();
    let slash = format!("{issuer}/");
    let other = issuer.replace("127.0.0.1", "localhost");
    let now = good["iat"].as_i64().expect("a time");
    let wrong = [
        ("iss", json!(slash)),
        ("iss", json!(other)),
        ("iss", json!([issuer])),
        ("iss", Value::Null),
        ("aud", json!(API)),
        ("aud", json!(slash)),
        ("aud", json!([issuer])),
        ("aud", json!([issuer, API])),
        ("aud", json!("web")),
        ("aud", Value::Null),
        ("exp", json!(now)),
        ("exp", json!(now - 1)),
        ("exp", json!("4000000000")),
        ("exp", json!(-1)),
        ("exp", Value::Null),
        ("grant_id", json!("another")),
        ("grant_id", json!(7)),
        ("grant_id", Value::Null),
        ("jti", Value::Null),
    ];
    for (name, value) in wrong {
        let mut changed = good.clone();
        changed[name] = value.clone();
        refused(
            &hand,
            &signed(&app, "at+jwt", &changed),
            &format!("{name} = {value}"),
        )
        .await;
        changed.as_object_mut().expect("claims").remove(name);
        refused(&hand, &signed(&app, "at+jwt", &changed), &format!("no {name}")).await;
    }
}

/// A service's own token is no person's: userinfo has nothing to say of it.
#[tokio::test]
async fn jw_02_a_services_token_opens_no_userinfo() {
    let (app, _, _) = people().await;
    let client = a_client("worker").service().create(&app).await;
    let hand = app.relying_party(&client);
    let answer = hand.token(&[("grant_type", "client_credentials")]).await.json();
    refused(
        &hand,
        answer["access_token"].as_str().expect("a token"),
        "a service",
    )
    .await;
}

/// Claims that stand twice or nest too deep are refused even under our own signature (RFC 8259 §4).
#[tokio::test]
async fn jw_02_ambiguous_or_bottomless_claims_are_refused() {
    let (app, hand, person) = people().await;
    let tokens = hand.tokens(&app, &person, &[]).await;
    let good = claims(tokens["access_token"].as_str().expect("a token"));
    let keys = app.app.token_issuer().keys.current();
    for name in ["sub", "exp", "aud", "jti"] {
        let doubled = Doubled(good.as_object().expect("claims"), name);
        let token = keys.sign(Algorithm::EdDsa, "at+jwt", &doubled).expect("a token");
        refused(&hand, &token, name).await;
    }
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let mut nested = good.clone();
    nested["deep"] = deep;
    refused(&hand, &signed(&app, "at+jwt", &nested), "deep").await;
}

/// Claims in which one member stands twice, with the same value.
struct Doubled<'a>(&'a Map<String, Value>, &'a str);

impl serde::Serialize for Doubled<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.0 {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry(self.1, &self.0[self.1])?;
        map.end()
    }
}
