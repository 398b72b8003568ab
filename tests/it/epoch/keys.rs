//! Who may ask the internal API: services, each with a key of its own.

use serde_json::{Value, json};
use signet::authentication::service_key::{KeyName, ServiceKeyError, ServiceScope, service};

use super::poll::PATH;
use crate::app::{Reply, TestApp};
use crate::attack::evidence::{count, events};
use crate::attack::holdings::wait;
use crate::fixtures::{a_client, a_person, a_service_key};

async fn ask(app: &TestApp, headers: &[(&str, &str)]) -> Reply {
    let client = crate::support::http::client();
    let mut request = client.get(format!("{}{PATH}?wait=0", app.issuer));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Reply::read(request.send().await.expect("the server answers")).await
}

async fn opens(app: &TestApp, key: &str) -> bool {
    ask(app, &[("x-service-key", key)]).await.status == 200
}

fn assert_problem(reply: &Reply, status: u16, code: &str) {
    let body: Value = reply.json();
    assert_eq!((reply.status, &body["code"]), (status, &json!(code)), "{body}");
    assert_eq!(reply.header("content-type"), "application/problem+json");
    assert_eq!(reply.headers.contains_key("www-authenticate"), status == 401);
    assert!(body.get("cutoffs").is_none());
}

/// A key opens in either header; without one, with a false one, or with another's token nobody is let in.
#[tokio::test]
async fn only_a_live_key_with_the_scope_opens() {
    let app = TestApp::new().await;
    let key = a_service_key(&app, "billing", &[ServiceScope::EpochRead]).await;
    let other = a_service_key(&app, "directory", &[ServiceScope::MembershipRead]).await;
    let bearer = format!("Bearer {key}");
    assert_eq!(ask(&app, &[("x-service-key", &key)]).await.status, 200);
    assert_eq!(ask(&app, &[("authorization", &bearer)]).await.status, 200);
    assert_problem(&ask(&app, &[]).await, 401, "service_key_missing");
    let both = ask(&app, &[("authorization", &bearer), ("x-service-key", &key)]).await;
    assert_problem(&both, 401, "service_key_repeated");
    assert_problem(
        &ask(&app, &[("x-service-key", &other)]).await,
        403,
        "insufficient_scope",
    );
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let forged = key.replace("sk_", "rt_");
    let changed = format!("{}x", &key[..key.len() - 1]);
    for wrong in [
        "sk",
        "",
        "'",
        tokens["access_token"].as_str().unwrap(),
        tokens["refresh_token"].as_str().unwrap(),
        &forged,
        &changed,
    ] {
        let reply = ask(&app, &[("x-service-key", wrong)]).await;
        assert_problem(&reply, 401, "service_key_invalid");
    }
}

/// Only a digest is stored, and that a key was used is noted once a minute.
#[tokio::test]
async fn a_key_is_stored_as_a_digest_and_its_use_is_noted() {
    let app = TestApp::new().await;
    let key = a_service_key(&app, "billing", &[ServiceScope::EpochRead]).await;
    let stored: String = sqlx::query_scalar("select jsonb_agg(to_jsonb(k))::text from auth.service_keys k")
        .fetch_one(&mut app.database.admin().await)
        .await
        .unwrap();
    assert!(!stored.contains(&key) && stored.contains("billing"));
    let noted = "select extract(epoch from last_used_at)::bigint from auth.service_keys";
    for (pause, expected) in [(0, 0), (59, 0), (2, 61)] {
        wait(&app, pause);
        assert!(opens(&app, &key).await);
        assert_eq!(count(&app, noted).await, 1_800_000_000 + expected);
    }
    assert_eq!(events(&app, "SERVICE_KEY_CREATED").await, 1);
}

/// Two keys open while a service is given a new one, never three; revoking ends them all.
#[tokio::test]
async fn two_keys_open_while_one_replaces_the_other() {
    let app = TestApp::new().await;
    let name = KeyName::parse("billing").unwrap();
    let mut keys = vec![a_service_key(&app, "billing", &[ServiceScope::EpochRead]).await];
    let hour = std::time::Duration::from_hours(1);
    for _ in 0..2 {
        wait(&app, 1);
        let mut work = app.work().await;
        let new = service::rotate(&mut work, &name, hour).await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(new.key.scopes, [ServiceScope::EpochRead]);
        keys.push(new.handle.expose().to_owned());
    }
    let open = async || {
        let mut open = Vec::new();
        for key in &keys {
            open.push(opens(&app, key).await);
        }
        open
    };
    assert_eq!(open().await, [false, true, true]);
    wait(&app, 3600);
    assert_eq!(open().await, [false, false, true]);
    let mut work = app.work().await;
    let again = service::create(&mut work, &name, vec![ServiceScope::EpochRead], None).await;
    assert!(matches!(again, Err(ServiceKeyError::AlreadyExists(_))));
    assert_eq!(service::revoke(&mut work, &name).await.unwrap(), 1);
    let gone = service::rotate(&mut work, &name, hour).await;
    assert!(matches!(gone, Err(ServiceKeyError::Unknown(_))));
    work.commit().await.unwrap();
    assert_eq!(open().await, [false, false, false]);
    assert_eq!(events(&app, "SERVICE_KEY_ROTATED").await, 2);
    assert_eq!(events(&app, "SERVICE_KEY_REVOKED").await, 1);
}

/// A service that is rotated twice at once has two keys afterwards, not three.
#[tokio::test]
async fn rotations_at_once_leave_two_keys() {
    let app = TestApp::new().await;
    a_service_key(&app, "billing", &[ServiceScope::EpochRead]).await;
    let name = KeyName::parse("billing").unwrap();
    let rotate = async || {
        let mut work = app.work().await;
        let overlap = std::time::Duration::from_hours(1);
        service::rotate(&mut work, &name, overlap).await.unwrap();
        work.commit().await.unwrap();
    };
    tokio::join!(rotate(), rotate(), rotate(), rotate());
    let live = "select count(*) from auth.service_keys
        where expires_at is null or expires_at > to_timestamp(1800000000)";
    assert_eq!(count(&app, live).await, 2);
}
