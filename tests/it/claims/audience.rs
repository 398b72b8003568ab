//! The audience: it decides `aud`, algorithm, lifetime and the names of claims (RFC 8707).

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use signet::client::{NewResource, Resource, TokenType, resource_service};
use signet::protocol::algorithm::Algorithm;

use crate::app::TestApp;
use crate::app::relying_party::{VERIFIER, claims, header};
use crate::attack::evidence::assert_refused;
use crate::attack::holdings::{refreshed, sql, text};
use crate::fixtures::{a_client, a_person};

const API: &str = "https://api.example.com/v1";

async fn an_api(app: &TestApp) {
    let names = [("role", "platform_role"), ("org_id", "tenant")];
    let resource = Resource {
        identifier: API.to_owned(),
        name: "API".to_owned(),
        algorithm: Some(Algorithm::EdDsa),
        token_type: TokenType::AtJwt,
        lifetime: Some(Duration::from_mins(2)),
        claim_names: names
            .iter()
            .map(|(ours, theirs)| ((*ours).to_owned(), (*theirs).to_owned()))
            .collect::<BTreeMap<_, _>>(),
    };
    let mut work = app.work().await;
    let new = NewResource::parse(resource).unwrap();
    resource_service::create(&mut work, &new).await.unwrap();
    work.commit().await.unwrap();
    app.refresh_caches().await;
}

fn assert_for_the_api(tokens: &serde_json::Value) {
    let token = text(tokens, "access_token");
    let (claims, header) = (claims(token), header(token));
    assert_eq!((&claims["aud"], &header["alg"]), (&json!(API), &json!("EdDSA")));
    assert_eq!(tokens["expires_in"], 120);
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        120
    );
    assert!(claims.get("role").is_none() && claims.get("org_id").is_none());
    assert!(claims.get("platform_role").is_some());
}

/// RFC 8707 §2.2, contracts section 3: the granted resource is the audience of every token of the grant, named again
/// or not; userinfo is another audience.
#[tokio::test]
async fn the_granted_resource_decides_the_access_token() {
    let app = TestApp::new().await;
    let clients = [
        (a_client("asking").create(&app).await, vec![("resource", API)]),
        (
            {
                an_api(&app).await;
                a_client("defaulting")
                    .with(|registration| registration.default_resource = Some(API.to_owned()))
                    .create(&app)
                    .await
            },
            vec![],
        ),
    ];
    let ada = a_person("ada").create(&app).await;
    for (client, parameters) in &clients {
        let relying_party = app.relying_party(client);
        let tokens = relying_party.tokens(&app, &ada, parameters).await;
        assert_for_the_api(&tokens);
        assert_eq!(claims(text(&tokens, "access_token"))["platform_role"], "user");
        assert!(claims(text(&tokens, "access_token"))["tenant"].is_string());
        let next = refreshed(&relying_party, &tokens).await;
        assert_for_the_api(&next);
        let named = relying_party
            .refresh(text(&next, "refresh_token"), &[("resource", API)])
            .await;
        assert_for_the_api(&named.json());
        assert_eq!(
            relying_party.userinfo(text(&next, "access_token")).await.status,
            401
        );
        assert_eq!(claims(text(&tokens, "id_token"))["aud"], json!(client.id));
    }
}

/// Contracts section 3: the same for a reference token, whose row says whom it is for.
#[tokio::test]
async fn a_reference_token_for_a_resource_is_not_for_userinfo() {
    let app = TestApp::new().await;
    an_api(&app).await;
    let relying_party = app.relying_party(&a_client("web").reference_tokens().create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let tokens = relying_party.tokens(&app, &ada, &[("resource", API)]).await;
    let token = text(&tokens, "access_token");
    let told = relying_party.introspect(token).await;
    assert_eq!((&told["active"], &told["aud"]), (&json!(true), &json!(API)));
    assert_eq!(relying_party.userinfo(token).await.status, 401);
}

/// Contracts section 3: client credentials, by request, by the client's default, else for the issuer.
#[tokio::test]
async fn a_clients_own_token_is_for_the_resource_it_names() {
    let app = TestApp::new().await;
    an_api(&app).await;
    let defaulting = a_client("defaulting")
        .service()
        .with(|registration| registration.default_resource = Some(API.to_owned()))
        .create(&app)
        .await;
    let plain = app.relying_party(&a_client("plain").service().create(&app).await);
    let grant = ("grant_type", "client_credentials");
    assert_for_the_api(&app.relying_party(&defaulting).token(&[grant]).await.json());
    assert_for_the_api(&plain.token(&[grant, ("resource", API)]).await.json());
    let own = plain.token(&[grant]).await.json();
    let own = text(&own, "access_token");
    assert_eq!(claims(own)["aud"], json!(app.issuer));
    assert_eq!(header(own)["alg"], "ES256");
}

/// RFC 8707 §2: what is not registered or not granted is `invalid_target`, and costs the code nothing.
#[tokio::test]
async fn a_foreign_resource_is_refused_everywhere() {
    let app = TestApp::new().await;
    an_api(&app).await;
    crate::fixtures::client::a_resource(&app, "https://other.example.com/", None).await;
    let client = a_client("web").create(&app).await;
    let relying_party = app.relying_party(&client);
    let ada = a_person("ada").create(&app).await;
    for unknown in [
        "https://unknown.example.com/",
        "https://api.example.com/v1/",
        "api",
        "https://api.example.com/V1",
    ] {
        let url = relying_party.authorization_url(&[("resource", unknown)]);
        let reply = app.browser().get(&url).await;
        assert_refused(&reply, &relying_party, "invalid_target");
    }
    let several = [("resource", API), ("resource", "https://other.example.com/")];
    let reply = app
        .browser()
        .get(&relying_party.authorization_url(&several))
        .await;
    assert_refused(&reply, &relying_party, "invalid_target");
    let code = relying_party.code(&app, &ada, &[("resource", API)]).await;
    let common = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", client.redirect_uri.as_str()),
        ("code_verifier", VERIFIER),
    ];
    for wrong in ["https://other.example.com/", "https://unknown.example.com/"] {
        let mut fields = common.to_vec();
        fields.push(("resource", wrong));
        relying_party
            .token(&fields)
            .await
            .assert_error(400, "invalid_target");
    }
    let tokens = relying_party.token(&common).await.json();
    assert_for_the_api(&tokens);
    sql(&app, "delete from auth.resources where identifier like '%/v1'").await;
    let refused = relying_party.refresh(text(&tokens, "refresh_token"), &[]).await;
    refused.assert_error(400, "invalid_grant");
}
