//! The authorization code flow (OpenID Connect Core §3.1).

use serde_json::json;
use signet::user::{AccessTier, PlatformRole};

use crate::app::TestApp;
use crate::app::relying_party::{claims, header};
use crate::fixtures::{a_client, a_person, an_organization};

/// OpenID Connect Core §3.1.3.3; contracts: the four claims stand in every access token of a person.
#[tokio::test]
async fn a_login_gives_tokens_with_the_claims_of_tenancy() {
    let app = TestApp::new().await;
    let client = a_client("web").create(&app).await;
    let ada = a_person("ada")
        .tier(AccessTier::Beta)
        .role(PlatformRole::Admin)
        .create(&app)
        .await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    let relying_party = app.relying_party(&client);
    let tokens = relying_party
        .tokens(&app, &ada, &[("scope", "openid email")])
        .await;
    let access = claims(tokens["access_token"].as_str().unwrap());
    assert_eq!(header(tokens["access_token"].as_str().unwrap())["typ"], "at+jwt");
    assert_eq!(header(tokens["access_token"].as_str().unwrap())["alg"], "ES256");
    assert_eq!(access["org_id"], json!(acme.id));
    assert_eq!(
        (&access["org_role"], &access["role"], &access["tier"]),
        (&json!("owner"), &json!("admin"), &json!("beta"))
    );
    assert_eq!(
        (&access["iss"], &access["aud"], &access["client_id"]),
        (&json!(app.issuer), &json!(app.issuer), &json!("web"))
    );
    let id = claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(header(tokens["id_token"].as_str().unwrap())["alg"], "RS256");
    assert_eq!(
        (&id["nonce"], &id["aud"], &id["sub"]),
        (&json!("nonce-1"), &json!("web"), &json!(ada.id))
    );
    let userinfo = relying_party
        .userinfo(tokens["access_token"].as_str().unwrap())
        .await;
    assert_eq!(userinfo.status, 200, "{}", userinfo.body);
    assert_eq!(userinfo.json()["email"], "ada@example.test");
    assert_eq!(userinfo.json()["org_id"], json!(acme.id));
    let refreshed = relying_party
        .refresh(tokens["refresh_token"].as_str().unwrap(), &[])
        .await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);
    assert_eq!(
        relying_party
            .introspect(refreshed.json()["access_token"].as_str().unwrap())
            .await["active"],
        true
    );
}
