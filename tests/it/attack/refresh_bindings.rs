//! RT-03, RT-05: a refresh token belongs to its client, and gives no more than was granted.

use serde_json::json;

use super::evidence::count;
use super::holdings::{ada, assert_live, refreshed, text};
use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::fixtures::client::a_resource;
use crate::fixtures::{a_client, a_person, an_organization};

/// RFC 6749 §6, §10.4: RT-03. A stranger neither uses nor ends it.
#[tokio::test]
async fn rt_03_a_refresh_token_works_for_its_own_client_alone() {
    let app = TestApp::new().await;
    let owner = app.relying_party(&a_client("web").create(&app).await);
    let others = [
        a_client("other").create(&app).await,
        a_client("app")
            .public()
            .redirect_uri("https://app.example.com/callback")
            .create(&app)
            .await,
    ];
    let tokens = owner.tokens(&app, &ada(&app).await, &[]).await;
    let used = refreshed(&owner, &tokens).await;
    for other in &others {
        for token in [&tokens, &used] {
            app.relying_party(other)
                .refresh(text(token, "refresh_token"), &[])
                .await
                .assert_error(400, "invalid_grant");
        }
    }
    let mut nameless = app.relying_party(&owner.client);
    nameless.client.secret = None;
    for token in [&tokens, &used] {
        nameless
            .refresh(text(token, "refresh_token"), &[])
            .await
            .assert_error(401, "invalid_client");
    }
    assert_live(&owner, &used).await;
    refreshed(&owner, &used).await;
}

/// RFC 6749 §6: RT-03. What we did not make touches no row.
#[tokio::test]
async fn rt_03_a_changed_refresh_token_is_unknown() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let tokens = relying_party.tokens(&app, &ada(&app).await, &[]).await;
    let token = text(&tokens, "refresh_token");
    let next_generation = token.replacen(".0.", ".1.", 1);
    let other_key = token.replacen(".0.1.", ".0.2.", 1);
    let (body, _) = token.rsplit_once('_').unwrap();
    let resealed = |body: &str| signet::base::handle::seal(body);
    let variants = [
        next_generation.clone(),
        resealed(next_generation.rsplit_once('_').unwrap().0),
        resealed(other_key.rsplit_once('_').unwrap().0),
        resealed(&body.replacen(".0.", ".-0.", 1)),
        resealed(&body.replacen(".0.", ".00.", 1)),
        resealed(&format!("{body}.x")),
        resealed(&body.replacen("rt_0_", "rt_1_", 1)),
        resealed(&body.replacen("rt_", "ac_", 1)),
        token[..token.len() - 1].to_owned(),
        format!("{token} "),
        String::from("rt_0_"),
    ];
    for variant in variants {
        assert_ne!(variant, token);
        relying_party
            .refresh(&variant, &[])
            .await
            .assert_error(400, "invalid_grant");
    }
    refreshed(&relying_party, &tokens).await;
}

/// RFC 6749 §6, RFC 8707 §2.2: RT-05.
#[tokio::test]
async fn rt_05_a_refresh_widens_neither_scope_nor_resource_nor_organization() {
    let app = TestApp::new().await;
    a_resource(&app, "https://api.example.com/", None).await;
    a_resource(&app, "https://other.example.com/", None).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let (ada, bob) = (ada(&app).await, a_person("bob").create(&app).await);
    let foreign = an_organization(&app, "foreign", &bob, None).await;
    an_organization(&app, "pending", &bob, None)
        .await
        .invite(&app, &ada, "member")
        .await;
    let asked = [
        ("scope", "openid email"),
        ("resource", "https://api.example.com/"),
    ];
    let tokens = relying_party.tokens(&app, &ada, &asked).await;
    let token = text(&tokens, "refresh_token");
    let foreign_id = foreign.id.to_string();
    for (name, value, error) in [
        ("scope", "openid email profile", "invalid_scope"),
        ("scope", "openid offline_access", "invalid_scope"),
        ("scope", "openid organization:*", "invalid_scope"),
        ("resource", "https://other.example.com/", "invalid_target"),
        ("resource", "https://unknown.example.com/", "invalid_target"),
        ("resource", "https://api.example.com", "invalid_target"),
        ("organization", "foreign", "invalid_target"),
        ("organization", foreign_id.as_str(), "invalid_target"),
        ("organization", "pending", "invalid_target"),
        ("organization", "nowhere", "invalid_target"),
        ("scope", "openid organization:foreign", "invalid_target"),
    ] {
        relying_party
            .refresh(token, &[(name, value)])
            .await
            .assert_error(400, error);
    }
    assert_eq!(
        count(&app, "select generation::bigint from auth.oauth_grants").await,
        0,
        "a refusal spends nothing"
    );
    let narrowed = relying_party.refresh(token, &[("scope", "openid")]).await.json();
    assert_eq!(narrowed["scope"], "openid");
    assert_eq!(claims(text(&narrowed, "access_token"))["scope"], "openid");
    // RFC 6749 §6: the grant keeps what it had.
    let next = refreshed(&relying_party, &narrowed).await;
    assert_eq!(next["scope"], "email openid");
    assert_eq!(
        claims(text(&next, "access_token"))["aud"],
        "https://api.example.com/"
    );
}

/// Contracts section 5: a first-party client may ask for another joined organization, for one response.
#[tokio::test]
async fn rt_05_another_joined_organization_is_for_one_response_and_a_trusted_client() {
    let app = TestApp::new().await;
    let ada = ada(&app).await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    let beta = an_organization(&app, "beta", &ada, None).await;
    let asked = [("scope", "openid organization:acme")];
    let trusted = app.relying_party(&a_client("web").create(&app).await);
    let tokens = trusted.tokens(&app, &ada, &asked).await;
    assert_eq!(claims(text(&tokens, "access_token"))["org_id"], json!(acme.id));
    let other = trusted
        .refresh(text(&tokens, "refresh_token"), &[("organization", "beta")])
        .await
        .json();
    assert_eq!(claims(text(&other, "access_token"))["org_id"], json!(beta.id));
    let back = refreshed(&trusted, &other).await;
    assert_eq!(claims(text(&back, "access_token"))["org_id"], json!(acme.id));

    let untrusted = app.relying_party(&a_client("third").third_party().create(&app).await);
    let tokens = untrusted.tokens(&app, &ada, &asked).await;
    let token = text(&tokens, "refresh_token");
    untrusted
        .refresh(token, &[("organization", "beta")])
        .await
        .assert_error(400, "invalid_target");
    // RFC 6749 §6: the scope that was granted may be asked for again.
    let same = untrusted
        .refresh(token, &[("scope", "openid organization:acme")])
        .await;
    assert_eq!(same.status, 200, "{}", same.body);
    assert_eq!(
        claims(text(&same.json(), "access_token"))["org_id"],
        json!(acme.id)
    );
}
