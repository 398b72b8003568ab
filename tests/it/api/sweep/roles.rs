//! Who belongs to an organization and may not do everything, and who is no service.

use serde_json::json;
use signet::authentication::service_key::ServiceScope;

use super::rows::{For, of_organizations, rows};
use super::scene::scene;
use crate::api::caller::{Caller, assert_problem};
use crate::app::Reply;
use crate::fixtures::a_service_key;

/// Who belongs to it and is little sees, and is told 403 where they may not act.
#[tokio::test]
async fn tn_03_a_lesser_role_is_refused_and_a_member_sees() {
    let scene = scene().await;
    let (viewer, member) = (scene.person("viewer").await, scene.person("member").await);
    for (person, role) in [(&viewer, "viewer"), (&member, "member")] {
        scene.organization.add(&scene.app, person, role).await;
        let mut place = scene.theirs.clone();
        place.user = person.id.to_string();
        let put = rows()
            .into_iter()
            .find(|row| row.method == reqwest::Method::PUT && row.has("workspace"))
            .expect("a place is given by PUT");
        let bobs = scene.caller(&scene.bob).await;
        put.assert_answered(&bobs, &place, 204, "the owner").await;
    }
    let callers = [
        ("a viewer", scene.caller(&viewer).await),
        ("a member", scene.caller(&member).await),
    ];
    let before = scene.dump().await;
    for row in of_organizations() {
        let status = if row.whose == For::Members { 200 } else { 403 };
        for (who, caller) in &callers {
            row.assert_answered(caller, &scene.theirs, status, who).await;
        }
    }
    assert_eq!(scene.dump().await, before, "nothing changed");
}

/// An admin is refused what is the owners', and a token that only reads is refused every change.
#[tokio::test]
async fn tn_03_an_admin_is_no_owner_and_a_reader_writes_nothing() {
    let scene = scene().await;
    let admin = scene.person("admin").await;
    scene.organization.add(&scene.app, &admin, "admin").await;
    let admin = scene.caller(&admin).await;
    let reader = Caller::with_scope(&scene.app, &scene.console, &scene.bob, "openid organizations").await;
    let base = format!("/organizations/{}", scene.theirs.organization);
    let owner = format!("{base}/members/{}", scene.theirs.user);
    let before = scene.dump().await;
    assert_problem(&admin.delete(&base).await, 403, "forbidden");
    assert_problem(&admin.delete(&owner).await, 403, "forbidden");
    let lower = admin.patch(&owner, json!({ "role": "viewer" })).await;
    assert_problem(&lower, 403, "forbidden");
    let ask = json!({ "email": "new@example.test", "role": "owner" });
    let asked = admin.post(&format!("{base}/invitations"), ask).await;
    assert_problem(&asked, 403, "forbidden");
    for role in ["admin", "owner"] {
        let entry = format!("{base}/modules/{role}/crm");
        let set = admin.put(&entry, json!({ "access": "admin" })).await;
        assert_problem(&set, 403, "forbidden");
        assert_problem(&admin.delete(&entry).await, 403, "forbidden");
    }
    for row in rows().iter().filter(|row| row.whose != For::Services) {
        if row.method != reqwest::Method::GET {
            row.assert_answered(&reader, &scene.theirs, 403, "a reading token")
                .await;
        }
    }
    assert_eq!(scene.dump().await, before, "nothing changed");
}

/// What services ask is answered to no person, and to no key without the scope.
#[tokio::test]
async fn tn_03_what_services_ask_is_answered_to_them_only() {
    let scene = scene().await;
    let key = a_service_key(&scene.app, "epoch", &[ServiceScope::EpochRead]).await;
    let http = crate::support::http::client();
    let of_services: Vec<_> = rows()
        .into_iter()
        .filter(|row| row.whose == For::Services)
        .collect();
    assert!(!of_services.is_empty());
    for row in &of_services {
        row.assert_answered(&scene.eves, &scene.own, 401, "a person")
            .await;
        let url = format!("{}/api/v1{}", scene.app.issuer, row.filled(&scene.own));
        let asked = http
            .request(row.method.clone(), url)
            .header("x-service-key", &key);
        let reply = Reply::read(asked.json(&row.body).send().await.expect("an answer")).await;
        assert_problem(&reply, 403, "insufficient_scope");
    }
}
