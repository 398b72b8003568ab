//! `can_create_workspaces`: the seeds' project creator, a member who makes workspaces and manages nothing else
//! (systems.md section 6).

use serde_json::json;

use crate::account::invitation::confirm;
use crate::api::caller::{Caller, assert_problem, console};
use crate::app::TestApp;
use crate::attack::evidence::events;
use crate::command_line::program::Signet;
use crate::fixtures::client::TestClient;
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;
use crate::fixtures::team::prove_address;
use crate::fixtures::{a_person, an_organization};

struct Scene {
    app: TestApp,
    console: TestClient,
    acme: TestOrganization,
    bob: TestPerson,
    owner: Caller,
    member: Caller,
}

async fn scene() -> Scene {
    let app = TestApp::new().await;
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
    Scene {
        app,
        console,
        acme,
        bob,
        owner,
        member,
    }
}

impl Scene {
    fn at(&self, rest: &str) -> String {
        format!("/organizations/{}/{rest}", self.acme.id)
    }

    /// Whether somebody makes a workspace.
    async fn makes(&self, caller: &Caller, name: &str) -> bool {
        let made = caller.post(&self.at("workspaces"), json!({ "name": name })).await;
        if made.status != 201 {
            assert_problem(&made, 403, "forbidden");
        }
        made.status == 201
    }
}

/// The flag lets a plain member make workspaces that they own, and nothing beyond; another role takes it away.
#[tokio::test]
async fn a_member_who_may_makes_workspaces_and_no_more() {
    let scene = scene().await;
    let (owner, member) = (&scene.owner, &scene.member);
    assert!(!scene.makes(member, "Early").await);
    let bob = scene.at(&format!("members/{}", scene.bob.id));
    let own = member.patch(&bob, json!({"can_create_workspaces": true})).await;
    assert_problem(&own, 403, "forbidden");
    let given = owner.patch(&bob, json!({"can_create_workspaces": true})).await;
    assert_eq!(given.status, 200, "{}", given.body);
    assert_eq!(given.json()["can_create_workspaces"], true);
    assert_eq!(given.json()["role"], "member");
    let made = member
        .post(&scene.at("workspaces"), json!({"name": "Launch"}))
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let own = scene.at(&format!("workspaces/{}", made.json()["id"].as_str().unwrap()));
    let renamed = member.patch(&own, json!({"name": "Landing"})).await;
    assert_eq!(renamed.status, 200, "{}", renamed.body);
    let members = member.get(&format!("{own}/members")).await.json();
    assert_eq!(
        members["items"],
        json!([{"user_id": scene.bob.id, "role": "owner"}])
    );
    // No more than that: the organization's other workspaces, people and settings are not theirs.
    assert_eq!(
        member.get(&scene.at("workspaces")).await.json()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let theirs = owner
        .post(&scene.at("workspaces"), json!({"name": "Theirs"}))
        .await
        .json();
    let theirs = scene.at(&format!("workspaces/{}", theirs["id"].as_str().unwrap()));
    assert_problem(
        &member.patch(&theirs, json!({"name": "Mine"})).await,
        404,
        "workspace_not_found",
    );
    let invited = member
        .post(&scene.at("invitations"), json!({"email": "x@example.test"}))
        .await;
    assert_problem(&invited, 403, "forbidden");
    let path = format!("/organizations/{}", scene.acme.id);
    assert_problem(
        &member.patch(&path, json!({"name": "Mine"})).await,
        403,
        "forbidden",
    );
    // Another role takes it away.
    let demoted = owner.patch(&bob, json!({"role": "viewer"})).await;
    assert_eq!(demoted.json()["can_create_workspaces"], false);
    assert!(
        !scene
            .makes(&Caller::new(&scene.app, &scene.console, &scene.bob).await, "Late")
            .await
    );
    assert_eq!(events(&scene.app, "MEMBER_WORKSPACE_CREATION_CHANGED").await, 1);
}

/// Seed 001: a verified company domain, and an invitation, make a project creator.
#[tokio::test]
async fn invitations_and_domains_bring_it() {
    let scene = scene().await;
    let nora = a_person("nora").create(&scene.app).await;
    let new = json!({"email": nora.email, "can_create_workspaces": true});
    let invited = scene.owner.post(&scene.at("invitations"), new).await.json();
    let nora = Caller::new(&scene.app, &scene.console, &nora).await;
    let waits = nora
        .post("/invitations/accept", json!({"token": invited["token"]}))
        .await;
    confirm(&scene.app.browser(), &waits.json(), "nora").await;
    assert!(scene.makes(&nora, "Invited").await);
    let claim = json!({"domain": "example.test", "auto_join_role": "member", "can_create_workspaces": true});
    let claimed = scene.owner.post(&scene.at("domains"), claim).await.json();
    assert_eq!(claimed["can_create_workspaces"], true);
    let proof = &claimed["proof"];
    let text = |name: &str| proof[name].as_str().unwrap();
    scene.app.dns.publish(text("name"), text("value"));
    let verify = scene.at("domains/example.test/verify");
    assert_eq!(scene.owner.post(&verify, json!({})).await.status, 200);
    for (name, makes) in [("carl", true), ("dora", false)] {
        let person = a_person(name).create(&scene.app).await;
        prove_address(&scene.app, &person).await.expect("joined");
        let caller = Caller::new(&scene.app, &scene.console, &person).await;
        assert_eq!(scene.makes(&caller, name).await, makes, "{name}");
        let changed = json!({"auto_join_role": "member"});
        let changed = scene
            .owner
            .patch(&scene.at("domains/example.test"), changed)
            .await;
        assert_eq!(changed.status, 204, "{}", changed.body);
    }
}

/// The same as commands.
#[tokio::test]
async fn operators_give_and_take_it() {
    let scene = scene().await;
    let signet = Signet::on(&scene.app.database);
    let whom = ["--org", "acme", "--user", "bob"];
    for (verb, makes) in [("allow-workspaces", true), ("refuse-workspaces", false)] {
        let done = signet.json(&[&["org", verb], &whom[..]].concat()).await;
        assert!(done["done"].as_str().unwrap().contains("workspaces"), "{done}");
        assert_eq!(scene.makes(&scene.member, verb).await, makes, "{verb}");
    }
    let invited = [
        "org",
        "invite",
        "--org",
        "acme",
        "--email",
        "x@example.test",
        "--can-create-workspaces",
    ];
    signet.json(&invited).await;
    let listed = signet.json(&["org", "invitations", "acme"]).await;
    assert_eq!(listed["invitations"][0]["can_create_workspaces"], true);
    let claim = [
        "org",
        "claim-domain",
        "--org",
        "acme",
        "--domain",
        "acme.com",
        "--can-create-workspaces",
    ];
    assert_eq!(signet.json(&claim).await["can_create_workspaces"], true);
}
