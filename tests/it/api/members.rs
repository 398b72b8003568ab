//! Members through the API: who sees them, who changes them.

use serde_json::json;

use super::caller::{Caller, assert_problem, console};
use crate::app::TestApp;
use crate::fixtures::{a_person, an_organization};

/// systems.md section 2: a non-member sees 404, not 403.
#[tokio::test]
async fn roles_decide_and_a_stranger_learns_nothing() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let mut people = Vec::new();
    for name in ["owner", "admin", "member", "viewer", "pending", "stranger"] {
        people.push(a_person(name).create(&app).await);
    }
    let acme = an_organization(&app, "acme", &people[0], None).await;
    for index in 1..4 {
        let role = ["owner", "admin", "member", "viewer"][index];
        acme.add(&app, &people[index], role).await;
    }
    acme.invite(&app, &people[4], "admin").await;
    let members = format!("/organizations/{}/members", acme.id);
    let viewer = format!("{members}/{}", people[3].id);
    let expected = [200, 200, 403, 403, 404, 404];
    for (person, status) in people.iter().zip(expected) {
        let caller = Caller::new(&app, &console, person).await;
        let seen = caller.get(&members).await;
        assert_eq!(
            seen.status,
            if status == 404 { 404 } else { 200 },
            "{}",
            seen.body
        );
        let changed = caller.patch(&viewer, json!({ "role": "viewer" })).await;
        assert_eq!(changed.status, status, "{}: {}", person.email, changed.body);
    }
}

/// TN-09: an admin promotes nobody above themselves, and touches no owner.
#[tokio::test]
async fn tn_09_an_admin_makes_no_owner_and_the_last_owner_stays() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let acme = an_organization(&app, "acme", &ada, None).await;
    acme.add(&app, &bob, "admin").await;
    let (owner, admin) = (
        Caller::new(&app, &console, &ada).await,
        Caller::new(&app, &console, &bob).await,
    );
    let path = |person: &signet::base::id::UserId| format!("/organizations/{}/members/{person}", acme.id);
    for target in [&ada.id, &bob.id] {
        let promoted = admin.patch(&path(target), json!({ "role": "owner" })).await;
        assert_problem(&promoted, 403, "forbidden");
    }
    let demoted = admin.patch(&path(&ada.id), json!({ "role": "member" })).await;
    assert_problem(&demoted, 403, "forbidden");
    assert_problem(&admin.delete(&path(&ada.id)).await, 403, "forbidden");
    assert_problem(&owner.delete(&path(&ada.id)).await, 409, "last_owner");
    let demoted = owner.patch(&path(&ada.id), json!({ "role": "member" })).await;
    assert_problem(&demoted, 409, "last_owner");
    assert_eq!(
        owner
            .patch(&path(&bob.id), json!({ "role": "owner" }))
            .await
            .status,
        200
    );
    assert_eq!(owner.delete(&path(&ada.id)).await.status, 204);
    // The token spoke of the organization that was just left.
    assert_eq!(owner.get(&path(&bob.id)).await.status, 401);
    let stranger = Caller::new(&app, &console, &ada).await;
    assert_problem(&stranger.get(&path(&bob.id)).await, 404, "organization_not_found");
}

/// TN-06: a removed member's token is refused at once where we are asked ourselves.
#[tokio::test]
async fn tn_06_a_removed_member_is_out_at_once() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let acme = an_organization(&app, "acme", &ada, None).await;
    acme.add(&app, &bob, "admin").await;
    let bound = [("organization", "acme"), ("scope", "openid organizations:manage")];
    let tokens = app.relying_party(&console).tokens(&app, &bob, &bound).await;
    let removed = Caller::with_token(&app, tokens["access_token"].as_str().unwrap());
    let members = format!("/organizations/{}/members", acme.id);
    assert_eq!(removed.get(&members).await.status, 200);
    let owner = Caller::new(&app, &console, &ada).await;
    assert_eq!(owner.delete(&format!("{members}/{}", bob.id)).await.status, 204);
    assert_eq!(removed.get(&members).await.status, 401);
}
