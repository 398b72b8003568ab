//! RT-10: who may ask about a token, and what a stranger learns.

use serde_json::json;

use super::holdings::{ada, assert_live, refreshed, text, wait};
use crate::app::{RelyingParty, Reply, TestApp};
use crate::fixtures::a_client;
use crate::fixtures::client::a_resource;

async fn ask(relying_party: &RelyingParty, token: &str) -> Reply {
    relying_party
        .post("/oauth2/introspect", &[("token", token)])
        .await
}

async fn assert_silent(relying_party: &RelyingParty, token: &str) {
    let reply = ask(relying_party, token).await;
    assert_eq!(
        (reply.status, reply.json()),
        (200, json!({"active": false})),
        "{token}"
    );
}

/// RFC 7662 §2.1, §4: RT-10.
#[tokio::test]
async fn rt_10_introspection_needs_a_client_that_proves_itself() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let public = app.relying_party(
        &a_client("app")
            .public()
            .redirect_uri("https://app.example.com/callback")
            .create(&app)
            .await,
    );
    let ada = ada(&app).await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let own = public.tokens(&app, &ada, &[]).await;
    let mut nameless = app.relying_party(&relying_party.client);
    nameless.client.secret = None;
    for token in [&tokens, &own] {
        for caller in [&public, &nameless] {
            ask(caller, text(token, "access_token"))
                .await
                .assert_error(401, "invalid_client");
        }
    }
    let bearer = relying_party
        .http()
        .post(relying_party.url("/oauth2/introspect"))
        .bearer_auth(text(&tokens, "access_token"))
        .form(&[("token", text(&tokens, "access_token"))]);
    Reply::read(bearer.send().await.unwrap())
        .await
        .assert_error(401, "invalid_client");
    ask(&relying_party, "").await.assert_error(400, "invalid_request");
}

/// RFC 7662 §2.2: RT-10. An unrelated client learns nothing, not even that a token lives.
#[tokio::test]
async fn rt_10_an_unrelated_client_learns_nothing() {
    let app = TestApp::new().await;
    a_resource(&app, "https://api.example.com/", None).await;
    let owners = [
        a_client("web").create(&app).await,
        a_client("opaque").reference_tokens().create(&app).await,
    ];
    let stranger = app.relying_party(&a_client("stranger").create(&app).await);
    let trusted = app.relying_party(&a_client("trusted").may_introspect().create(&app).await);
    let api = a_client("api")
        .with(|registration| registration.audience = Some("https://api.example.com/".to_owned()))
        .create(&app)
        .await;
    let api = app.relying_party(&api);
    let ada = ada(&app).await;
    for owner in &owners {
        let owner = app.relying_party(owner);
        let general = owner.tokens(&app, &ada, &[]).await;
        let for_api = owner
            .tokens(&app, &ada, &[("resource", "https://api.example.com/")])
            .await;
        for name in ["access_token", "refresh_token"] {
            for tokens in [&general, &for_api] {
                let token = text(tokens, name);
                assert_silent(&stranger, token).await;
                assert_eq!(owner.introspect(token).await["active"], true);
                assert_eq!(trusted.introspect(token).await["active"], true);
            }
            assert_silent(&api, text(&general, name)).await;
        }
        assert_eq!(
            api.introspect(text(&for_api, "access_token")).await["active"],
            true
        );
        assert_silent(&api, text(&for_api, "refresh_token")).await;
    }
}

/// RFC 7662 §2.2: RT-10. What is not an access or refresh token of ours is inactive, without a word why.
#[tokio::test]
async fn rt_10_random_tokens_are_inactive_and_nothing_else() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").may_introspect().create(&app).await);
    let tokens = relying_party.tokens(&app, &ada(&app).await, &[]).await;
    let jwt = text(&tokens, "access_token");
    let (head, signature) = jwt.rsplit_once('.').unwrap();
    let mut strange = vec![
        text(&tokens, "id_token").to_owned(),
        format!("{head}."),
        format!("{head}.{}", signature.to_ascii_lowercase()),
        format!("{jwt}."),
        format!(" {jwt}"),
        "null".to_owned(),
        "a".repeat(16 * 1024),
    ];
    let entropy = signet::base::entropy::SystemEntropy;
    let kinds = [
        signet::base::handle::Kind::AccessToken,
        signet::base::handle::Kind::Refresh,
        signet::base::handle::Kind::Code,
        signet::base::handle::Kind::Session,
    ];
    for number in 0..200 {
        let handle = signet::base::handle::Handle::new(kinds[number % kinds.len()], &entropy);
        strange.push(handle.expose().to_owned());
    }
    for token in &strange {
        assert_silent(&relying_party, token).await;
    }
    assert_live(&relying_party, &tokens).await;
}

/// RFC 7662 §2.2: only the newest generation of a family is active, and nothing is after its time.
#[tokio::test]
async fn rt_10_a_rotated_or_expired_token_is_inactive() {
    let app = TestApp::new().await;
    let clients = [
        a_client("web").create(&app).await,
        a_client("opaque").reference_tokens().create(&app).await,
    ];
    let ada = ada(&app).await;
    for client in &clients {
        let relying_party = app.relying_party(client);
        let tokens = relying_party.tokens(&app, &ada, &[]).await;
        let next = refreshed(&relying_party, &tokens).await;
        assert_silent(&relying_party, text(&tokens, "refresh_token")).await;
        let told = relying_party.introspect(text(&next, "refresh_token")).await;
        assert_eq!((&told["active"], &told["sub"]), (&json!(true), &json!(ada.id)));
        wait(&app, 899);
        assert_live(&relying_party, &next).await;
        wait(&app, 1);
        assert_silent(&relying_party, text(&next, "access_token")).await;
        assert_eq!(
            relying_party.userinfo(text(&next, "access_token")).await.status,
            401
        );
    }
}
