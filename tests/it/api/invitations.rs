//! Invitations through the API, from asking to joining.

use serde_json::json;

use super::caller::{Caller, assert_problem, console};
use crate::account::invitation::confirm;
use crate::app::TestApp;
use crate::fixtures::{a_client, a_person, an_organization};

#[tokio::test]
async fn iv_01_only_whoever_has_proven_the_address_joins_and_once() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let (ada, bob, eve) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
        a_person("eve").create(&app).await,
    );
    let acme = an_organization(&app, "acme", &ada, None).await;
    let owner = Caller::new(&app, &console, &ada).await;
    let invitations = format!("/organizations/{}/invitations", acme.id);
    let asked = owner
        .post(
            &invitations,
            json!({ "email": "Bob@Example.test", "role": "admin" }),
        )
        .await;
    assert_eq!(asked.status, 201, "{}", asked.body);
    let token = json!({ "token": asked.json()["token"] });
    let listed = owner.get(&invitations).await;
    assert!(
        !listed.body.contains(token["token"].as_str().unwrap()),
        "shown once"
    );
    let (bob, eve) = (
        Caller::new(&app, &console, &bob).await,
        Caller::new(&app, &console, &eve).await,
    );
    let looked = bob.post("/invitations/look", token.clone()).await.json();
    assert_eq!(
        (&looked["role"], &looked["over"]),
        (&json!("admin"), &json!(null))
    );
    let other = eve.post("/invitations/accept", token.clone()).await;
    assert_problem(&other, 403, "invitation_for_another");
    // The application joins nobody: it is told where the person does.
    let waits = bob.post("/invitations/accept", token.clone()).await;
    assert_eq!(waits.status, 202, "{}", waits.body);
    assert_eq!(acme.joined(&app).await.len(), 1);
    confirm(&app.browser(), &waits.json(), "bob").await;
    for _ in 0..2 {
        let accepted = bob.post("/invitations/accept", token.clone()).await;
        assert_eq!(
            (accepted.status, accepted.json()),
            (200, json!({ "organization_id": acme.id, "role": "admin" }))
        );
    }
    let again = owner
        .post(&invitations, json!({ "email": "bob@example.test" }))
        .await;
    assert_problem(&again, 409, "already_member");
}

#[tokio::test]
async fn iv_01_an_invitation_that_was_taken_back_or_resent_gives_nothing() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let acme = an_organization(&app, "acme", &ada, None).await;
    let owner = Caller::new(&app, &console, &ada).await;
    let bob = Caller::new(&app, &console, &bob).await;
    let invitations = format!("/organizations/{}/invitations", acme.id);
    let asked = owner
        .post(&invitations, json!({ "email": "bob@example.test" }))
        .await
        .json();
    let one = format!("{invitations}/{}", asked["id"].as_str().unwrap());
    let resent = owner.post(&format!("{one}/resend"), json!({})).await.json();
    let old = json!({ "token": asked["token"] });
    assert_problem(
        &bob.post("/invitations/accept", old).await,
        404,
        "invitation_not_found",
    );
    assert_eq!(owner.delete(&one).await.status, 204);
    let new = json!({ "token": resent["token"] });
    assert_problem(
        &bob.post("/invitations/accept", new).await,
        409,
        "invitation_over",
    );
    let invented = json!({ "token": "iv_0_invented" });
    assert_problem(
        &bob.post("/invitations/accept", invented).await,
        404,
        "invitation_not_found",
    );
}

/// IV-01, contracts section 5: an application that may speak of one organization leads its person to no other: it sees,
/// accepts and declines no invitation. One that may speak of all of them is told where the person confirms.
#[tokio::test]
async fn iv_01_an_application_of_one_organization_answers_no_invitation() {
    let app = TestApp::new().await;
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let acme = an_organization(&app, "acme", &ada, None).await;
    an_organization(&app, "own", &bob, None).await;
    let (_, token) = acme
        .invite_as(&app, &ada.actor(), &bob.email, "member")
        .await
        .unwrap();
    let token = json!({ "token": token.expose() });
    let plugin = a_client("plugin")
        .third_party()
        .scopes(&["openid", "organizations:manage", "organization:*"])
        .create(&app)
        .await;
    let plugin = app.relying_party(&plugin);
    let scope = ("scope", "openid organizations:manage");
    for extra in [&[scope, ("organization", "own")][..], &[scope]] {
        let tokens = plugin.tokens(&app, &bob, extra).await;
        let caller = Caller::with_token(&app, tokens["access_token"].as_str().unwrap());
        for path in ["/invitations/look", "/invitations/accept", "/invitations/reject"] {
            assert_problem(&caller.post(path, token.clone()).await, 403, "one_organization");
        }
    }
    let every = [("scope", "openid organizations:manage organization:*")];
    let tokens = plugin.tokens(&app, &bob, &every).await;
    let caller = Caller::with_token(&app, tokens["access_token"].as_str().unwrap());
    assert_eq!(caller.post("/invitations/look", token.clone()).await.status, 200);
    let waits = caller.post("/invitations/accept", token.clone()).await;
    assert_eq!(waits.status, 202, "{}", waits.body);
    assert_eq!(acme.role_of(&app, &bob).await, None, "nobody joined yet");
    confirm(&app.browser(), &waits.json(), "bob").await;
    assert_eq!(acme.role_of(&app, &bob).await.as_deref(), Some("member"));
}

/// IV-02: nobody gives a role above their own.
#[tokio::test]
async fn iv_02_an_admin_invites_no_owner_and_a_member_nobody() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let (ada, bob, eve) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
        a_person("eve").create(&app).await,
    );
    let acme = an_organization(&app, "acme", &ada, None).await;
    acme.add(&app, &bob, "admin").await;
    acme.add(&app, &eve, "member").await;
    let invitations = format!("/organizations/{}/invitations", acme.id);
    let new = |role: &str| json!({ "email": "new@example.test", "role": role });
    let (admin, member) = (
        Caller::new(&app, &console, &bob).await,
        Caller::new(&app, &console, &eve).await,
    );
    assert_problem(&admin.post(&invitations, new("owner")).await, 403, "forbidden");
    assert_problem(&member.post(&invitations, new("viewer")).await, 403, "forbidden");
    assert_problem(&member.get(&invitations).await, 403, "forbidden");
    assert_problem(&admin.post(&invitations, new("No Role")).await, 422, "invalid");
    let bad = json!({ "email": "not an address" });
    assert_problem(&admin.post(&invitations, bad).await, 422, "invalid");
}
