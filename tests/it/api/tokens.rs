//! Which tokens open the API.

use serde_json::json;

use super::caller::{Caller, assert_problem, console};
use crate::app::TestApp;
use crate::fixtures::{a_client, a_person, an_organization};

/// RFC 6750 §3: without a token, with a stranger's, with one for another audience, with too little scope.
#[tokio::test]
async fn only_a_persons_token_for_this_server_with_the_scope_opens_it() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let ada = a_person("ada").create(&app).await;
    let reader = Caller::with_scope(&app, &console, &ada, "openid organizations").await;
    assert_eq!(reader.get("/organizations").await.status, 200);
    let refused = reader.post("/organizations", json!({ "name": "Acme" })).await;
    assert_eq!(refused.status, 403);
    assert!(
        refused
            .header("www-authenticate")
            .contains("scope=\"organizations:manage\""),
        "{}",
        refused.header("www-authenticate")
    );
    let none = Caller::with_scope(&app, &console, &ada, "openid").await;
    assert_eq!(none.get("/organizations").await.status, 403);
    let service = a_client("service")
        .service()
        .scopes(&["organizations:manage"])
        .create(&app)
        .await;
    let own = app
        .relying_party(&service)
        .token(&[("grant_type", "client_credentials")])
        .await
        .json();
    let own = Caller::with_token(&app, own["access_token"].as_str().unwrap());
    assert_eq!(
        own.get("/organizations").await.status,
        401,
        "a client is no person"
    );
    let broken = Caller::with_token(&app, "not-a-token");
    let refused = broken.get("/organizations").await;
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").contains("invalid_token"));
}

/// A body is JSON, whole, and says nothing that nobody knows.
#[tokio::test]
async fn a_body_that_is_no_json_is_refused_by_name() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let ada = Caller::new(&app, &console, &a_person("ada").create(&app).await).await;
    for (content_type, body, status) in [
        ("text/plain", "{\"name\":\"Acme\"}", 415),
        ("application/json", "{\"name\":", 400),
        ("application/json", "{\"name\":\"Acme\",\"owner\":\"x\"}", 400),
        ("application/json", "{\"name\":1}", 400),
        ("application/json", "", 400),
        ("application/json", "{\"name\":\"Ac\\u0000me\"}", 400),
    ] {
        let reply = crate::support::http::client()
            .post(format!("{}/api/v1/organizations", app.issuer))
            .bearer_auth(&ada.token)
            .header("content-type", content_type)
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(reply.status().as_u16(), status, "{body}");
    }
}

/// What is no text of the database's names nothing.
#[tokio::test]
async fn a_nul_in_a_path_is_not_found() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let ada = Caller::new(&app, &console, &a_person("ada").create(&app).await).await;
    for path in ["/organizations/a%00b", "/organizations/a/members/%00"] {
        assert_problem(&ada.get(path).await, 404, "not_found");
    }
    let switch = json!({ "organization": "a\u{0}b" });
    assert_problem(&ada.put("/organizations/active", switch).await, 400, "malformed");
}

/// Contracts section 5: what a token speaks of binds an application that is neither first-party nor allowed more.
#[tokio::test]
async fn tn_03_another_companys_application_acts_for_its_tokens_organization_only() {
    let app = TestApp::new().await;
    let scopes = ["openid", "organizations:manage", "organization:*"];
    let plugin = a_client("plugin")
        .third_party()
        .scopes(&scopes)
        .create(&app)
        .await;
    let ada = a_person("ada").create(&app).await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    let other = an_organization(&app, "other", &ada, None).await;
    let relying_party = app.relying_party(&plugin);
    let bound = [("scope", "openid organizations:manage"), ("organization", "acme")];
    let tokens = relying_party.tokens(&app, &ada, &bound).await;
    let caller = Caller::with_token(&app, tokens["access_token"].as_str().unwrap());
    let (own, foreign) = (
        format!("/organizations/{}", acme.id),
        format!("/organizations/{}", other.id),
    );
    assert_eq!(caller.get(&own).await.status, 200);
    assert_problem(&caller.get(&foreign).await, 404, "organization_not_found");
    assert_problem(&caller.delete(&foreign).await, 404, "organization_not_found");
    let listed = caller.get("/organizations").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    let made = caller.post("/organizations", json!({ "name": "New" })).await;
    assert_problem(&made, 403, "one_organization");
    let switched = caller
        .put("/organizations/active", json!({ "organization": other.id }))
        .await;
    assert_problem(&switched, 403, "one_organization");
    let all = [("scope", "openid organizations:manage organization:*")];
    let tokens = relying_party.tokens(&app, &ada, &all).await;
    let caller = Caller::with_token(&app, tokens["access_token"].as_str().unwrap());
    assert_eq!(caller.get(&foreign).await.status, 200);
}
