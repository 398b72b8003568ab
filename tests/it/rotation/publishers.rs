//! A key that signs is one that every running replica publishes.

use std::time::{Duration, Instant};

use signet::jobs::key_rotation;

use super::desk::{an_app, another, drive, findings, kid, say, told, try_keys, until};
use crate::app::TestApp;
use crate::attack::holdings::sql;

const LOSE: &str = "update auth.jwks set kek_id = 'lost' where status = 'next' and alg = 'ES256'";
const FIND: &str = "update auth.jwks
    set kek_id = (select kek_id from auth.jwks where status = 'active' and alg = 'ES256')
    where status = 'next' and alg = 'ES256'";

/// A server that may let its next key sign, and a replica of it that has not opened that key; both have just reported.
async fn a_replica_without_the_next_key() -> (TestApp, TestApp, String) {
    let app = an_app().await;
    let other = another(&app).await;
    let next = kid(&app, "ES256", "next").await;
    sql(&app, LOSE).await;
    other.app.refresh("keys").await;
    sql(&app, FIND).await;
    say(&app, "rotate --alg ES256").await;
    app.clock.advance(Duration::from_mins(10));
    for replica in [&app, &other] {
        replica.app.report_holdings().await.expect("reported");
    }
    (app, other, next)
}

/// JW-05: a replica that does not publish the next key holds its first signature up, by name, until it does; from then on
/// the key counts as published.
#[tokio::test]
async fn jw_05_a_key_does_not_sign_before_every_running_replica_publishes_it() {
    let (app, other, next) = a_replica_without_the_next_key().await;
    let driven = key_rotation::drive(&app.app).await.expect("a round");
    assert_eq!(driven.held_up.len(), 1, "it is told of");
    assert_ne!(kid(&app, "ES256", "active").await, next);
    let words = told(&app, "status").await;
    assert!(words.contains("held up by the replica "), "{words}");
    assert!(other.app.refresh("keys").await);
    for replica in [&app, &other] {
        replica.app.report_holdings().await.expect("reported");
    }
    let wait = until(&app, "ES256", "activate").await;
    assert!(
        wait > Duration::from_mins(10),
        "whoever fetched it there has a set without the key: {wait:?}"
    );
    app.clock.advance(wait);
    for replica in [&app, &other] {
        replica.app.report_holdings().await.expect("reported");
    }
    drive(&app).await;
    assert_eq!(kid(&app, "ES256", "active").await, next);
    assert_eq!(findings(&app).await, [""; 0]);
}

/// JW-06: an emergency that is run with other key-encryption keys than the servers' ends no key that they could sign with.
#[tokio::test]
async fn jw_06_a_next_key_that_opens_at_a_replica_is_not_ended_from_elsewhere() {
    let (app, other, next) = a_replica_without_the_next_key().await;
    let active = kid(&app, "ES256", "active").await;
    sql(&app, LOSE).await;
    let words = try_keys(&app, &format!("revoke {active}"))
        .await
        .expect_err("it is refused");
    assert!(words.contains("does not open here, and does at"), "{words}");
    assert_eq!(kid(&app, "ES256", "active").await, active);
    assert_eq!(kid(&app, "ES256", "next").await, next);
    app.clock.advance(Duration::from_mins(1));
    other.app.report_holdings().await.expect("reported");
    say(&app, &format!("revoke {active}")).await;
    let signs = kid(&app, "ES256", "active").await;
    assert!(signs != active && signs != next, "a new one");
}

/// A replica that has stopped holds nothing up.
#[tokio::test]
async fn a_replica_that_has_stopped_holds_no_key_up() {
    let (app, _other, next) = a_replica_without_the_next_key().await;
    app.clock
        .advance(until(&app, "ES256", "activate").await + Duration::from_mins(1));
    app.app.report_holdings().await.expect("reported");
    drive(&app).await;
    assert_eq!(kid(&app, "ES256", "active").await, next);
}

/// JW-06: a new key is sealed for the replicas that run, or it is not made: nobody else could sign with it.
#[tokio::test]
async fn jw_06_a_new_key_that_no_replica_could_open_takes_nobodys_place() {
    let app = an_app().await;
    let (active, next) = (
        kid(&app, "ES256", "active").await,
        kid(&app, "ES256", "next").await,
    );
    app.app.report_holdings().await.expect("reported");
    sql(
        &app,
        "update auth.replicas set keks = '[{\"id\": \"theirs\", \"fingerprint\": \"other\"}]'",
    )
    .await;
    say(&app, &format!("revoke {next}")).await;
    let refused = try_keys(&app, &format!("revoke {active}"))
        .await
        .expect_err("nobody could open it");
    assert!(refused.contains("key-encryption key test-1, which "), "{refused}");
    assert_eq!(kid(&app, "ES256", "active").await, active);
    app.app.report_holdings().await.expect("reported");
    sql(&app, "delete from auth.replicas").await;
    say(&app, &format!("revoke {active}")).await;
    assert_ne!(kid(&app, "ES256", "active").await, active);
}

/// JW-05: a replica that cannot know whether its key set is current lets nobody keep it, and takes nobody for having seen
/// what others publish.
#[tokio::test]
async fn jw_05_a_key_set_that_may_be_out_of_date_is_not_kept_and_counts_as_not_seen() {
    let app = an_app().await;
    let long_ago = Instant::now().checked_sub(Duration::from_secs(10)).expect("past");
    app.app.freshness().falls_behind("keys", long_ago);
    let url = "/.well-known/jwks.json?verifier=shop-api";
    let reply = app.browser().get(url).await;
    assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"));
    assert!(!reply.json()["keys"].as_array().expect("keys").is_empty());
    drive(&app).await;
    let seen = say(&app, "status").await["verifiers"].clone();
    assert_eq!(seen, serde_json::json!([]));
    let reply = app.browser().get(url).await;
    let caching = "public, max-age=300, stale-while-revalidate=60";
    assert_eq!(reply.header("cache-control"), caching);
    drive(&app).await;
    assert_eq!(say(&app, "status").await["verifiers"][0]["name"], "shop-api");
}
