//! How much there may be (`[quotas]`): counted under the lock that every writer of the same kind waits for.

use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;

use crate::api::caller::{Caller, assert_problem, console};
use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::command_line::program::Signet;
use crate::fixtures::{a_person, an_organization};

/// Two of everything.
async fn app() -> TestApp {
    TestApp::with(|config| {
        config.quotas.organizations_per_person = 2;
        // The first one comes with the organization.
        config.quotas.workspaces_per_organization = 3;
        config.quotas.pending_invitations_per_organization = 2;
        config.quotas.domains_per_organization = 2;
    })
    .await
}

/// Each quota refuses the next one with a problem that names the key, and what goes makes room.
#[tokio::test]
async fn what_is_full_takes_no_more() {
    let app = app().await;
    let console = console(&app).await;
    let ada = a_person("ada").create(&app).await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    let ada = Caller::new(&app, &console, &ada).await;
    let at = |rest: &str| format!("/organizations/{}/{rest}", acme.id);
    let cases = [
        (at("workspaces"), "name", "w", "workspaces_per_organization"),
        (
            at("invitations"),
            "email",
            "@new.example",
            "pending_invitations_per_organization",
        ),
        (
            at("domains"),
            "domain",
            ".example.com",
            "domains_per_organization",
        ),
    ];
    for (path, field, text, key) in &cases {
        for number in 0..3 {
            let name = if *field == "name" {
                format!("{text}{number}")
            } else {
                format!("d{number}{text}")
            };
            let made = ada.post(path, json!({ *field: name })).await;
            if number < 2 {
                assert_eq!(made.status, 201, "{path}: {}", made.body);
            } else {
                assert_problem(&made, 409, "quota_reached");
                assert!(made.body.contains(key), "{}", made.body);
            }
        }
    }
    assert_eq!(
        ada.post("/organizations", json!({"name": "Second"})).await.status,
        201
    );
    let third = ada.post("/organizations", json!({"name": "Third"})).await;
    assert_problem(&third, 409, "quota_reached");
    let left = "select count(*) from auth.organization_slugs where slug = 'third'";
    assert_eq!(count(&app, left).await, 0, "the refusal left nothing");
    // What goes makes room.
    let listed = ada.get(&at("invitations")).await.json();
    let one = listed["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(ada.delete(&at(&format!("invitations/{one}"))).await.status, 204);
    let again = ada
        .post(&at("invitations"), json!({"email": "again@new.example"}))
        .await;
    assert_eq!(again.status, 201, "{}", again.body);
    assert_eq!(ada.delete(&at("domains/d0.example.com")).await.status, 204);
    let again = ada
        .post(&at("domains"), json!({"domain": "again.example.com"}))
        .await;
    assert_eq!(again.status, 201, "{}", again.body);
}

/// Many at once are counted one after the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_are_no_more_than_there_may_be() {
    let app = app().await;
    let console = console(&app).await;
    let ada = a_person("ada").create(&app).await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    let ada = Arc::new(Caller::new(&app, &console, &ada).await);
    let workspaces = format!("/organizations/{}/workspaces", acme.id);
    for (path, expected) in [("/organizations", 1), (workspaces.as_str(), 2)] {
        let mut racers = JoinSet::new();
        for number in 0..6 {
            let (ada, path) = (Arc::clone(&ada), path.to_owned());
            racers.spawn(async move {
                ada.post(&path, json!({"name": format!("n{number}")}))
                    .await
                    .status
            });
        }
        let made = racers.join_all().await;
        let (created, refused): (Vec<u16>, Vec<u16>) = made.into_iter().partition(|status| *status == 201);
        assert_eq!(created.len(), expected, "{path}");
        assert!(refused.iter().all(|status| *status == 409), "{refused:?}");
    }
}

/// The command line says the same, and zero is no limit.
#[tokio::test]
async fn commands_keep_to_the_quotas() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    an_organization(&app, "acme", &ada, None).await;
    let one = |key: &'static str, most: &'static str| Signet::on(&app.database).with(key, most);
    for (key, words) in [
        (
            "SIGNET_QUOTAS__ORGANIZATIONS_PER_PERSON",
            "org create --name Next --owner ada",
        ),
        (
            "SIGNET_QUOTAS__WORKSPACES_PER_ORGANIZATION",
            "workspace create --org acme --name Next",
        ),
        (
            "SIGNET_QUOTAS__PENDING_INVITATIONS_PER_ORGANIZATION",
            "org invite --org acme --email next@example.test",
        ),
        (
            "SIGNET_QUOTAS__DOMAINS_PER_ORGANIZATION",
            "org claim-domain --org acme --domain next.example",
        ),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        if key.contains("INVITATIONS") {
            one(key, "0")
                .json(&["org", "invite", "--org", "acme", "--email", "first@example.test"])
                .await;
        } else if key.contains("DOMAINS") {
            let first = [
                "org",
                "claim-domain",
                "--org",
                "acme",
                "--domain",
                "first.example",
            ];
            one(key, "0").json(&first).await;
        }
        one(key, "1").run(&words).await.assert_refused("at most 1");
        one(key, "0").json(&words).await;
    }
}

/// TN-04: one's own organizations come in pages; the page of one is bound to its reader.
#[tokio::test]
async fn tn_04_ones_own_organizations_come_in_pages() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    for slug in ["one", "two", "three", "four"] {
        an_organization(&app, slug, &ada, None).await;
    }
    let (ada, bob) = (
        Caller::new(&app, &console, &ada).await,
        Caller::new(&app, &console, &bob).await,
    );
    let mut seen = Vec::new();
    let mut path = "/organizations?limit=2".to_owned();
    let mut cursor = String::new();
    loop {
        let page = ada.get(&path).await.json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|item| item["slug"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        next.clone_into(&mut cursor);
        path = format!("/organizations?limit=2&cursor={cursor}");
    }
    assert_eq!(seen.len(), 5, "with the personal space: {seen:?}");
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5);
    let foreign = bob.get(&format!("/organizations?cursor={cursor}")).await;
    assert_problem(&foreign, 400, "invalid_page");
    let wrong = ada.get("/organizations?limit=0").await;
    assert_problem(&wrong, 400, "invalid_page");
}
