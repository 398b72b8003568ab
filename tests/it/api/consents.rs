//! What a person allowed applications, through the API.

use serde_json::{Value, json};

use super::caller::{Caller, assert_problem, console};
use crate::app::TestApp;
use crate::attack::holdings::{assert_dead, assert_live, wait};
use crate::fixtures::{a_client, a_person, an_organization};

/// Consents are listed one by one, in pages, and withdrawn one by one or all at once; nobody sees another's.
#[tokio::test]
async fn a_person_sees_what_they_allowed_and_withdraws_it() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let bob = a_person("bob").create(&app).await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    let shop = app.relying_party(&a_client("shop").third_party().create(&app).await);
    let mail = app.relying_party(&a_client("mail").third_party().create(&app).await);
    let account = a_client("account")
        .scopes(&["openid", "consents"])
        .create(&app)
        .await;
    let bound = shop
        .tokens(&app, &ada, &[("organization", "acme"), ("scope", "openid email")])
        .await;
    let unbound = shop.tokens(&app, &ada, &[]).await;
    let other = mail.tokens(&app, &ada, &[]).await;
    mail.code(&app, &bob, &[]).await;
    wait(&app, 1);
    let adas = Caller::with_scope(&app, &account, &ada, "openid consents").await;
    let listed = adas.get("/consents").await.json();
    let places: Vec<Value> = listed["items"].as_array().unwrap().clone();
    let told: Vec<(&Value, &Value, &Value)> = places
        .iter()
        .map(|item| (&item["client_id"], &item["organization_id"], &item["scopes"]))
        .collect();
    assert_eq!(
        told,
        [
            (&json!("mail"), &json!(null), &json!(["openid"])),
            (&json!("shop"), &json!(null), &json!(["openid"])),
            (&json!("shop"), &json!(acme.id), &json!(["email", "openid"])),
        ]
    );
    let first = adas.get("/consents?limit=2").await.json();
    let next = format!(
        "/consents?limit=2&cursor={}",
        first["next_cursor"].as_str().unwrap()
    );
    assert_eq!(adas.get(&next).await.json()["items"], json!([places[2]]));
    let one = json!({ "client_id": "shop", "only": { "organization_id": acme.id } });
    let withdrawn = adas.post("/consents/withdraw", one.clone()).await;
    assert_eq!(withdrawn.status, 204, "{}", withdrawn.body);
    assert_problem(&adas.post("/consents/withdraw", one).await, 404, "not_found");
    assert_dead(&shop, &bound).await;
    assert_live(&shop, &unbound).await;
    let all = json!({ "client_id": "shop" });
    assert_eq!(adas.post("/consents/withdraw", all.clone()).await.status, 204);
    assert_dead(&shop, &unbound).await;
    assert_live(&mail, &other).await;
    assert_eq!(adas.get("/consents").await.json()["items"], json!([places[0]]));
    let bobs = Caller::with_scope(&app, &account, &bob, "openid consents").await;
    assert_problem(&bobs.post("/consents/withdraw", all).await, 404, "not_found");
    assert_eq!(
        bobs.get("/consents").await.json()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

/// It speaks of other applications and of every organization: the scope of organizations does not open it, nor does
/// that of consents in the hands of an application that may speak of one organization.
#[tokio::test]
async fn consents_need_a_scope_of_their_own_and_every_organization() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    an_organization(&app, "acme", &ada, None).await;
    let console = console(&app).await;
    let manager = Caller::new(&app, &console, &ada).await;
    let plugin = a_client("plugin")
        .third_party()
        .scopes(&["openid", "consents", "organizations:manage"])
        .create(&app)
        .await;
    let scope = "openid consents organizations:manage";
    let bound = Caller::with_scope(&app, &plugin, &ada, scope).await;
    for (caller, code) in [(&manager, "insufficient_scope"), (&bound, "one_organization")] {
        assert_problem(&caller.get("/consents").await, 403, code);
        let all = json!({ "client_id": "plugin" });
        assert_problem(&caller.post("/consents/withdraw", all).await, 403, code);
    }
    let consents = a_client("account")
        .scopes(&["openid", "consents"])
        .create(&app)
        .await;
    let consents = Caller::with_scope(&app, &consents, &ada, "openid consents").await;
    assert_problem(&consents.get("/organizations").await, 403, "insufficient_scope");
}
