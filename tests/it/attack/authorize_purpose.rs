//! A handle of one purpose shown for another: AZ-12.

use serde_json::json;

use super::evidence::assert_page;
use crate::app::TestApp;
use crate::fixtures::{a_client, a_person};

/// AZ-12: a handle minted for one purpose is unknown for every other.
#[tokio::test]
async fn az_12_a_handle_serves_one_purpose() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let browser = app.browser();
    let page = browser.get(&relying_party.authorization_url(&[])).await;
    let request = page.parameter("request").unwrap();
    let flow = browser.cookie("signet_flow").unwrap();
    let resumed = browser.sign_in(&page, &ada).await;
    let session = browser.cookie("signet_session").unwrap();
    let code = browser
        .get(resumed.location().as_str())
        .await
        .parameter("code")
        .unwrap();
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
    let (access, refresh, id) = (text("access_token"), text("refresh_token"), text("id_token"));
    for handle in [&request, &flow, &session, &access, &refresh, &id] {
        relying_party
            .exchange(handle)
            .await
            .assert_error(400, "invalid_grant");
    }
    for handle in [&request, &flow, &session, &access, &code, &id] {
        relying_party
            .refresh(handle, &[])
            .await
            .assert_error(400, "invalid_grant");
    }
    for handle in [&request, &flow, &session, &refresh, &code, &id] {
        assert_eq!(relying_party.userinfo(handle).await.status, 401, "{handle}");
        assert_eq!(relying_party.introspect(&code).await, json!({"active": false}));
    }
    for handle in [&flow, &session, &code, &refresh, &access, &id] {
        assert_page(
            &browser.get(&format!("/oauth2/continue?request={handle}")).await,
            400,
        );
    }
    for handle in [&request, &flow, &code, &refresh, &access, &id] {
        let thief = app.browser();
        thief.set_cookie("signet_session", handle);
        assert_eq!(thief.get("/account").await.location().path(), "/login");
    }
    for handle in [&code, &refresh, &access, &session] {
        let hinted = relying_party.authorization_url(&[("id_token_hint", handle), ("prompt", "none")]);
        let reply = browser.get(&hinted).await;
        assert_eq!(
            reply.parameter("error").as_deref(),
            Some("invalid_request"),
            "{handle}"
        );
        let asked = browser
            .get(&format!("/oauth2/logout?id_token_hint={handle}"))
            .await;
        assert_eq!(
            asked.location().path(),
            "/oauth2/logout/confirm",
            "nobody is signed out"
        );
    }
    assert_eq!(
        relying_party.exchange(&code).await.status,
        200,
        "the code itself was not touched"
    );
}
