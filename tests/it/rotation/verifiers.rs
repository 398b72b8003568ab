//! Who fetches the key set is measured, and a rotation waits for the verifiers that configuration lists.

use std::time::Duration;

use serde_json::Value;
use signet::jobs::{cleanup, key_rotation};
use signet::signing::rotation::write_down;

use super::desk::{an_app, an_app_that_waits_for, another, drive, go_on_to, kid, quick, say, told};
use crate::app::{Browser, TestApp};
use crate::attack::evidence::count;
use crate::race::together::until_somebody_waits;

async fn fetch(app: &TestApp, name: &str) {
    let url = format!("/.well-known/jwks.json?verifier={name}");
    assert_eq!(app.browser().get(&url).await.status, 200);
}

async fn seen(app: &TestApp) -> Vec<Value> {
    let status = say(app, "status").await;
    status["verifiers"].as_array().expect("verifiers").clone()
}

/// A verifier is known by the name that it gives itself, else by product and network; how often it comes is kept across
/// writings and replicas.
#[tokio::test]
async fn whoever_fetches_the_key_set_is_known_by_name_or_by_product_and_network() {
    let app = an_app().await;
    let jose = [("user-agent", "jose/5.2 (node)")];
    for _ in 0..4 {
        fetch(&app, "shop-api").await;
        let reply = app.browser().get_with("/.well-known/jwks.json", &jose).await;
        assert_eq!(reply.status, 200);
        drive(&app).await;
        app.clock.advance(Duration::from_mins(5));
    }
    let seen = seen(&app).await;
    let known: Vec<_> = seen
        .iter()
        .map(|one| {
            (
                one["name"].as_str().expect("a name"),
                &one["named"],
                &one["fetches"],
                &one["refresh_seconds"],
            )
        })
        .collect();
    let (yes, no, four, refresh) = (
        Value::from(true),
        Value::from(false),
        Value::from(4),
        Value::from(512),
    );
    assert_eq!(
        known,
        [
            ("jose 127.0.0.0/24", &no, &four, &refresh),
            ("shop-api", &yes, &four, &refresh),
        ]
    );
    assert!(told(&app, "status").await.contains("shop-api"));
}

/// How long the next key of ES256 must have been published, in words.
async fn reason(app: &TestApp) -> String {
    let plan = say(app, "rotate --alg ES256 --plan").await;
    plan["steps"][0]["reason"].as_str().expect("text").to_owned()
}

/// The slowest refresh of a listed verifier lengthens the wait of every key, once it was seen often enough.
#[tokio::test]
async fn a_slow_verifier_lengthens_the_wait() {
    let app = an_app_that_waits_for(&["nightly"]).await;
    for number in 0..6 {
        let waits = reason(&app).await;
        assert!(waits.contains("keys.published_seconds"), "{number}: {waits}");
        fetch(&app, "nightly").await;
        drive(&app).await;
        app.clock.advance(Duration::from_hours(20));
    }
    let waits = reason(&app).await;
    assert!(waits.contains("the slowest refresh seen (131072 s)"), "{waits}");
}

/// JW-07: whoever is not listed lengthens no key's wait, however it fetches.
#[tokio::test]
async fn jw_07_nobody_lengthens_the_wait_by_coming_slowly_under_a_made_up_name() {
    let app = an_app_that_waits_for(&["shop-api"]).await;
    for _ in 0..8 {
        fetch(&app, "mallory").await;
        assert_eq!(app.browser().get("/.well-known/jwks.json").await.status, 200);
        drive(&app).await;
        app.clock.advance(Duration::from_hours(20));
    }
    let waits = reason(&app).await;
    assert!(waits.contains("keys.published_seconds"), "{waits}");
}

/// A listed verifier that has not fetched the next key holds a step up, and is named; whoever runs the command may go on
/// without it.
#[tokio::test]
async fn a_frozen_verifier_holds_a_rotation_up_until_it_is_accepted() {
    let app = an_app_that_waits_for(&["frozen"]).await;
    // A fetch counts once every replica answers with the new set.
    app.clock.advance(Duration::from_secs(11));
    fetch(&app, "frozen").await;
    say(&app, "rotate --alg ES256").await;
    go_on_to(&app, "ES256", "activate").await;
    drive(&app).await;
    // It has seen that key; it has not seen the one that was published then.
    let next = kid(&app, "ES256", "next").await;
    let plan = say(&app, "rotate --alg ES256 --plan").await;
    assert_eq!(
        plan["steps"][1]["blocked_by"],
        serde_json::json!(["frozen"]),
        "{plan}"
    );
    say(&app, "rotate --alg ES256").await;
    app.clock.advance(Duration::from_hours(48));
    let driven = key_rotation::drive(&app.app).await.expect("a round");
    assert_eq!(driven.held_up.len(), 1, "it is told of");
    assert_eq!(kid(&app, "ES256", "next").await, next);
    let words = told(&app, "status").await;
    assert!(
        words.contains("held up by frozen, which has not fetched it"),
        "{words}"
    );
    say(&app, "rotate --alg ES256 --accept-breaking frozen").await;
    assert_eq!(kid(&app, "ES256", "active").await, next);
    let broke = "select count(*) from auth.key_log where entry like '%\"broke\":[\"frozen\"]%'";
    assert_eq!(count(&app, broke).await, 1, "the log keeps who was let break");
}

/// JW-05: a listed verifier that was never seen may hold a key set from before: it is waited for like the others.
#[tokio::test]
async fn jw_05_a_listed_verifier_that_never_came_holds_a_rotation_up() {
    let app = an_app_that_waits_for(&["shop"]).await;
    let next = kid(&app, "ES256", "next").await;
    say(&app, "rotate --alg ES256").await;
    app.clock.advance(Duration::from_hours(48));
    let driven = key_rotation::drive(&app.app).await.expect("a round");
    assert_eq!(driven.held_up.len(), 1, "it is told of");
    assert_eq!(kid(&app, "ES256", "next").await, next);
    fetch(&app, "shop").await;
    drive(&app).await;
    assert_eq!(kid(&app, "ES256", "active").await, next);
}

/// It goes on by itself once the verifier has fetched.
#[tokio::test]
async fn a_rotation_goes_on_once_the_verifier_has_fetched() {
    let app = TestApp::with(|config| {
        quick(config);
        config.keys.rotate_every_days = 1;
        config.keys.verifiers = vec!["slow".to_owned()];
    })
    .await;
    fetch(&app, "slow").await;
    app.clock.advance(Duration::from_hours(24));
    drive(&app).await;
    drive(&app).await;
    let next = kid(&app, "ES256", "next").await;
    app.clock.advance(Duration::from_hours(24));
    drive(&app).await;
    assert_eq!(kid(&app, "ES256", "next").await, next, "it waits");
    fetch(&app, "slow").await;
    drive(&app).await;
    assert_eq!(kid(&app, "ES256", "active").await, next);
}

/// JW-07: nobody can hold a rotation up by a made-up name, whether or not configuration lists any; others are warned of,
/// and told, so that the operator lists those that are real.
#[tokio::test]
async fn jw_07_names_that_are_not_listed_only_warn() {
    let app = an_app().await;
    fetch(&app, "mallory").await;
    say(&app, "rotate --alg ES256").await;
    go_on_to(&app, "ES256", "activate").await;
    drive(&app).await;
    let plan = say(&app, "rotate --alg ES256 --plan").await;
    let activate = &plan["steps"][1];
    assert_eq!(activate["blocked_by"], serde_json::json!([]));
    assert_eq!(activate["may_break"], serde_json::json!(["mallory"]));
    assert_eq!(
        say(&app, "status").await["unlisted"],
        serde_json::json!(["mallory"])
    );
    let words = told(&app, "status").await;
    let hint = "No rotation waits for mallory: put those that you run in keys.verifiers";
    assert!(words.contains(hint), "{words}");
}

/// JW-07: made-up names do not get into the log of keys, which is for ever, nor fill a line: they are counted.
#[tokio::test]
async fn jw_07_made_up_names_are_counted_in_the_log_and_not_kept() {
    let app = an_app().await;
    for number in 0..12 {
        fetch(&app, &format!("made-up-{number}")).await;
    }
    drive(&app).await;
    say(&app, "rotate --alg ES256 --accept-breaking made-up-7").await;
    let plan = told(&app, "rotate --alg ES256 --plan").await;
    assert!(
        plan.contains("; may break: made-up-7") && plan.contains("; and 1 more"),
        "{plan}"
    );
    go_on_to(&app, "ES256", "activate").await;
    let kept = "select count(*) from auth.key_log where entry like '%\"broke\":[\"made-up-7\"],\"broke_others\":11%'";
    assert_eq!(count(&app, kept).await, 1);
    let named = "select count(*) from auth.key_log where entry like '%made-up-1%'";
    assert_eq!(count(&app, named).await, 0);
}

/// JW-07: the bound holds for all replicas together, also when they write at the same time.
#[tokio::test]
async fn jw_07_replicas_that_write_at_once_keep_to_one_bound() {
    let app = an_app().await;
    let other = another(&app).await;
    for number in 0..20 {
        fetch(&app, &format!("here-{number}")).await;
        let there = format!("/.well-known/jwks.json?verifier=there-{number}");
        assert_eq!(Browser::new(&other.address).get(&there).await.status, 200);
    }
    crate::attack::holdings::sql(
        &app,
        "insert into auth.jwks_verifiers
         select 'old-' || n, true, '2027-01-15', '2027-01-15', 1, '{}' from generate_series(1, 1990) n",
    )
    .await;
    let mut work = app.work().await;
    write_down(&mut work, app.app.sightings(), &[])
        .await
        .expect("written");
    let first = async {
        until_somebody_waits(&app).await;
        work.commit().await.expect("committed");
    };
    tokio::join!(drive(&other), first);
    assert_eq!(
        count(&app, "select count(*) from auth.jwks_verifiers").await,
        2000
    );
}

/// JW-07: where more are known than are read, those that came last are.
#[tokio::test]
async fn jw_07_whoever_came_last_is_read_whatever_else_is_kept() {
    let app = an_app_that_waits_for(&["shop-api"]).await;
    crate::attack::holdings::sql(
        &app,
        "insert into auth.jwks_verifiers
         select 'old-' || n, true, '2027-01-01', '2027-01-01', 1, '{}' from generate_series(1, 5000) n",
    )
    .await;
    fetch(&app, "shop-api").await;
    drive(&app).await;
    let seen = seen(&app).await;
    assert_eq!(seen.len(), 5000);
    assert_eq!(seen.last().expect("one")["name"], "shop-api");
}

/// JW-07: any number of fetches is answered from memory, and takes a bounded number of rows; who comes no more is
/// forgotten.
#[tokio::test]
async fn jw_07_a_flood_of_fetches_takes_a_bounded_room() {
    let app = an_app().await;
    for number in 0..50 {
        fetch(&app, &format!("made-up-{number}")).await;
    }
    assert_eq!(
        count(&app, "select count(*) from auth.jwks_verifiers").await,
        0,
        "nothing is written at once"
    );
    crate::attack::holdings::sql(
        &app,
        "insert into auth.jwks_verifiers
         select 'old-' || n, true, '2027-01-15', '2027-01-15', 1, '{}' from generate_series(1, 1990) n",
    )
    .await;
    drive(&app).await;
    assert_eq!(
        count(&app, "select count(*) from auth.jwks_verifiers").await,
        2000
    );
    app.clock.advance(Duration::from_hours(24 * 91));
    for _ in 0..3 {
        cleanup::sweep(&app.app).await.expect("a round");
    }
    assert_eq!(count(&app, "select count(*) from auth.jwks_verifiers").await, 0);
}
