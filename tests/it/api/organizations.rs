//! Organizations through the API, and the session's active one.

use serde_json::json;

use super::caller::{Caller, assert_problem, console};
use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::holdings::{refreshed, text};
use crate::fixtures::{a_person, an_organization};

#[tokio::test]
async fn a_person_makes_an_organization_and_owns_it() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let ada = Caller::new(&app, &console, &a_person("ada").create(&app).await).await;
    let made = ada
        .post("/organizations", json!({ "name": "Acme", "type": "club" }))
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let listed = ada.get("/organizations").await.json();
    let roles: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["type"].clone(), item["role"].clone()))
        .collect();
    assert!(roles.contains(&(json!("club"), json!("owner"))), "{listed}");
    assert!(roles.contains(&(json!("personal"), json!("owner"))), "{listed}");
    let changed = ada
        .patch(
            &format!("/organizations/{id}"),
            json!({ "name": "Acme Two", "slug": "acme-two", "branding": { "primary_color": "#1a2b3c" } }),
        )
        .await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let shown = ada.get(&format!("/organizations/{id}")).await.json();
    assert_eq!(
        (
            &shown["name"],
            &shown["slug"],
            &shown["branding"]["primary_color"]
        ),
        (&json!("Acme Two"), &json!("acme-two"), &json!("#1a2b3c"))
    );
}

#[tokio::test]
async fn a_change_that_is_half_wrong_changes_nothing() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let ada = a_person("ada").create(&app).await;
    let (acme, other) = (
        an_organization(&app, "acme", &ada, None).await,
        an_organization(&app, "other", &ada, None).await,
    );
    let ada = Caller::new(&app, &console, &ada).await;
    let path = format!("/organizations/{}", acme.id);
    let refused = ada
        .patch(&path, json!({ "name": "New", "slug": other.slug }))
        .await;
    assert_problem(&refused, 409, "slug_taken");
    for (body, status, code) in [
        (json!({ "name": "" }), 422, "invalid"),
        (json!({ "slug": "Ünïcode" }), 422, "invalid"),
        (json!({ "type": "personal" }), 422, "personal_space"),
        (json!({ "type": "company" }), 422, "invalid"),
        (json!({ "plan": "enterprise" }), 400, "malformed"),
        (
            json!({ "branding": { "logo_url": "http://example.com" } }),
            422,
            "invalid",
        ),
        (json!([]), 400, "malformed"),
    ] {
        assert_problem(&ada.patch(&path, body).await, status, code);
    }
    assert_eq!(ada.get(&path).await.json()["name"], "acme");
}

#[tokio::test]
async fn the_personal_space_is_neither_deleted_nor_left() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let ada_person = a_person("ada").create(&app).await;
    let ada = Caller::new(&app, &console, &ada_person).await;
    let listed = ada.get("/organizations").await.json();
    let id = listed["items"][0]["id"].as_str().unwrap();
    assert_problem(
        &ada.delete(&format!("/organizations/{id}")).await,
        403,
        "personal_space",
    );
    let own = format!("/organizations/{id}/members/{}", ada_person.id);
    assert_problem(&ada.delete(&own).await, 409, "personal_space");
}

/// Contracts section 5: an unbound grant's next token speaks of the organization that was switched to.
#[tokio::test]
async fn tn_05_the_active_organization_is_one_that_the_person_has_joined() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    an_organization(&app, "first", &ada, None).await;
    let second = an_organization(&app, "second", &ada, None).await;
    let foreign = an_organization(&app, "foreign", &bob, None).await;
    let pending = an_organization(&app, "pending", &bob, None).await;
    pending.invite(&app, &ada, "admin").await;
    let relying_party = app.relying_party(&console);
    let scope = [("scope", "openid organizations:manage offline_access")];
    let tokens = relying_party.tokens(&app, &ada, &scope).await;
    let caller = Caller::with_token(&app, text(&tokens, "access_token"));
    for refused in [&foreign.id, &pending.id] {
        let switch = json!({ "organization": refused });
        assert_problem(
            &caller.put("/organizations/active", switch).await,
            404,
            "not_found",
        );
    }
    let switch = json!({ "organization": second.id });
    assert_eq!(caller.put("/organizations/active", switch).await.status, 200);
    let next = refreshed(&relying_party, &tokens).await;
    assert_eq!(claims(text(&next, "access_token"))["org_id"], json!(second.id));
}

/// systems.md section 1: tokens of a deleted organization are dead at once, and its slug stays taken.
#[tokio::test]
async fn only_an_owner_ends_an_organization_and_its_tokens_die() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let acme = an_organization(&app, "acme", &ada, None).await;
    acme.add(&app, &bob, "admin").await;
    let bound = [("organization", "acme"), ("scope", "openid organizations:manage")];
    let tokens = app.relying_party(&console).tokens(&app, &ada, &bound).await;
    let owner = Caller::with_token(&app, text(&tokens, "access_token"));
    let admin = Caller::new(&app, &console, &bob).await;
    let path = format!("/organizations/{}", acme.id);
    assert_problem(&admin.delete(&path).await, 403, "forbidden");
    assert_eq!(owner.delete(&path).await.status, 204);
    assert_eq!(owner.get("/organizations").await.status, 401, "its token is dead");
    let ada = Caller::new(&app, &console, &ada).await;
    assert_problem(&ada.get(&path).await, 404, "organization_not_found");
    let again = ada
        .post("/organizations", json!({ "name": "Acme", "slug": "acme" }))
        .await;
    assert_problem(&again, 409, "slug_taken");
}
