//! How many workspaces there may be (`[quotas]`): archiving makes room, and a member who only may make some fills no
//! organization.

use serde_json::json;

use crate::api::caller::{Caller, assert_problem, console};
use crate::app::{Reply, TestApp};
use crate::fixtures::client::TestClient;
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_person, an_organization};

struct Scene {
    acme: TestOrganization,
    ada: TestPerson,
    bob: TestPerson,
    owner: Caller,
    member: Caller,
    console: TestClient,
    app: TestApp,
}

/// Bob may make workspaces: two, where the organization has at most five; its first one is among them.
async fn scene() -> Scene {
    let app = TestApp::with(|config| {
        config.quotas.workspaces_per_organization = 5;
        config.quotas.workspaces_per_member = 2;
    })
    .await;
    let console = console(&app).await;
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let acme = an_organization(&app, "acme", &ada, None).await;
    acme.add(&app, &bob, "member").await;
    let (owner, member) = (
        Caller::new(&app, &console, &ada).await,
        Caller::new(&app, &console, &bob).await,
    );
    let given = json!({"can_create_workspaces": true});
    let path = format!("/organizations/{}/members/{}", acme.id, bob.id);
    assert_eq!(owner.patch(&path, given).await.status, 200);
    Scene {
        acme,
        ada,
        bob,
        owner,
        member,
        console,
        app,
    }
}

impl Scene {
    async fn make(&self, caller: &Caller, name: &str) -> Reply {
        let path = format!("/organizations/{}/workspaces", self.acme.id);
        caller.post(&path, json!({ "name": name })).await
    }

    /// Makes one, and says where it is.
    async fn made(&self, caller: &Caller, name: &str) -> String {
        let made = self.make(caller, name).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let id = made.json()["id"].as_str().unwrap().to_owned();
        format!("/organizations/{}/workspaces/{id}", self.acme.id)
    }
}

async fn archive(caller: &Caller, path: &str, archived: bool) -> Reply {
    caller.patch(path, json!({ "archived": archived })).await
}

fn assert_full(reply: &Reply, key: &str) {
    assert_problem(reply, 409, "quota_reached");
    assert!(reply.body.contains(key), "{}", reply.body);
}

/// An archived workspace makes room for another one; it comes back only where there is room for it.
#[tokio::test]
async fn archived_workspaces_make_room() {
    let scene = scene().await;
    let mut paths = Vec::new();
    for name in ["a", "b", "c", "d"] {
        paths.push(scene.made(&scene.owner, name).await);
    }
    let key = "quotas.workspaces_per_organization";
    assert_full(&scene.make(&scene.owner, "e").await, key);
    assert_eq!(archive(&scene.owner, &paths[0], true).await.status, 200);
    let fifth = scene.made(&scene.owner, "e").await;
    assert_full(&archive(&scene.owner, &paths[0], false).await, key);
    // What is open already stays so.
    assert_eq!(archive(&scene.owner, &fifth, false).await.status, 200);
    assert_eq!(archive(&scene.owner, &fifth, true).await.status, 200);
    assert_eq!(archive(&scene.owner, &paths[0], false).await.status, 200);
}

/// Whoever only may make workspaces has a part of them, whatever they archive or hand to others meanwhile; those who
/// manage them all are held to the organization's number only.
#[tokio::test]
async fn a_member_has_a_part_of_the_workspaces() {
    let scene = scene().await;
    let key = "quotas.workspaces_per_member";
    let first = scene.made(&scene.member, "first").await;
    scene.made(&scene.member, "second").await;
    assert_full(&scene.make(&scene.member, "third").await, key);
    assert_eq!(archive(&scene.member, &first, true).await.status, 200);
    let third = scene.made(&scene.member, "third").await;
    assert_full(&archive(&scene.member, &first, false).await, key);
    // Handing it over does not make it somebody else's.
    let handed = scene
        .member
        .put(
            &format!("{third}/members/{}", scene.ada.id),
            json!({"role": "owner"}),
        )
        .await;
    assert_eq!(handed.status, 204, "{}", handed.body);
    let left = scene
        .member
        .delete(&format!("{third}/members/{}", scene.bob.id))
        .await;
    assert_eq!(left.status, 204, "{}", left.body);
    // The tokens from before ended with the role.
    let member = Caller::new(&scene.app, &scene.console, &scene.bob).await;
    assert_full(&scene.make(&member, "fourth").await, key);
    scene.made(&scene.owner, "theirs").await;
    assert_eq!(archive(&scene.owner, &first, false).await.status, 200);
    let full = scene.make(&scene.owner, "full").await;
    assert_full(&full, "quotas.workspaces_per_organization");
}
