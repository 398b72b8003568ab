//! A grant while a key is missing: nothing is written that cannot be answered for.

use super::evidence::{count, events};
use super::holdings::{refreshed, sql, text};
use crate::app::TestApp;
use crate::fixtures::client::a_resource;
use crate::fixtures::{a_client, a_person};
use signet::protocol::algorithm::Algorithm;

const LOST: [(&str, &str); 3] = [
    (
        "update auth.jwks set kek_id = 'lost' where alg = 'ES256'",
        "update auth.jwks set kek_id = 'test-1'",
    ),
    (
        "update auth.jwks set kek_id = 'lost' where alg = 'RS256'",
        "update auth.jwks set kek_id = 'test-1'",
    ),
    (
        "update auth.server_secrets set kek_id = 'lost' where purpose = 'refresh_token'",
        "update auth.server_secrets set kek_id = 'test-1'",
    ),
];

/// Neither the access token's key, the ID token's nor the refresh token's can be missing and a code be spent, a
/// generation be used up, or a lost reply pass for a theft.
#[tokio::test]
async fn a_signing_outage_spends_no_code_and_rotates_nothing() {
    let app = TestApp::new().await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let reference = app.relying_party(&a_client("opaque").reference_tokens().create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let tokens = web.tokens(&app, &ada, &[]).await;
    let code = web.code(&app, &ada, &[]).await;
    let of_reference = reference.code(&app, &ada, &[]).await;
    let replayed = web.tokens(&app, &ada, &[]).await;
    let successor = refreshed(&web, &replayed).await;
    let written = "select count(*) + sum(generation) from auth.oauth_grants";
    let before = count(&app, written).await;
    for (lose, find) in LOST {
        sql(&app, lose).await;
        app.refresh_caches().await;
        for reply in [
            web.exchange(&code).await,
            web.refresh(text(&tokens, "refresh_token"), &[]).await,
            web.refresh(text(&replayed, "refresh_token"), &[]).await,
        ] {
            reply.assert_error(503, "temporarily_unavailable");
            assert!(!reply.header("retry-after").is_empty());
        }
        if !lose.contains("ES256") {
            let reply = reference.exchange(&of_reference).await;
            reply.assert_error(503, "temporarily_unavailable");
        }
        assert_eq!(count(&app, written).await, before, "{lose}");
        sql(&app, find).await;
        app.refresh_caches().await;
    }
    assert_eq!(web.exchange(&code).await.status, 200);
    assert_eq!(reference.exchange(&of_reference).await.status, 200);
    refreshed(&web, &tokens).await;
    let again = refreshed(&web, &replayed).await;
    assert_eq!(again["refresh_token"], successor["refresh_token"]);
    for alarm in ["REFRESH_REUSED", "CODE_REPLAYED"] {
        assert_eq!(events(&app, alarm).await, 0, "{alarm}");
    }
}

/// A key that this grant does not need stops nobody; which one it needs is known from the audience that was granted.
#[tokio::test]
async fn a_grant_goes_on_without_a_key_that_it_does_not_need() {
    let app = TestApp::new().await;
    a_resource(&app, "https://api.example", Some(Algorithm::EdDsa)).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let own = web.code(&app, &ada, &[]).await;
    let resource = [("resource", "https://api.example")];
    let of_resource = web.code(&app, &ada, &resource).await;
    sql(&app, "update auth.jwks set kek_id = 'lost' where alg = 'EdDSA'").await;
    app.refresh_caches().await;
    let reply = web.exchange(&own).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    refreshed(&web, &reply.json()).await;
    web.exchange(&of_resource)
        .await
        .assert_error(503, "temporarily_unavailable");
    sql(&app, "update auth.jwks set kek_id = 'test-1'").await;
    app.refresh_caches().await;
    assert_eq!(web.exchange(&of_resource).await.status, 200);
}
