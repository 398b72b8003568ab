//! A key counts as published by what replicas serve, and not by what the database says.

use std::time::Duration;

use signet::config::SignetConfig;
use signet::protocol::algorithm::Algorithm;

use super::desk::{an_app, another, drive, findings, go_on_to, kid, published, quick, say, told, until};
use crate::app::{RelyingParty, TestApp};
use crate::fixtures::a_client;
use crate::support::database::TestDatabase;

/// A replica of it with other settings.
async fn with(app: &TestApp, change: impl FnOnce(&mut SignetConfig)) -> TestApp {
    TestApp::on(
        app.database.again(),
        std::sync::Arc::clone(&app.clock),
        |config| {
            quick(config);
            change(config);
        },
    )
    .await
}

fn without_eddsa(config: &mut SignetConfig) {
    config.signing.algorithms = vec![Algorithm::RS256, Algorithm::ES256];
}

/// A service whose access tokens have this algorithm.
async fn service(app: &TestApp, id: &str, algorithm: Algorithm) -> RelyingParty {
    let client = a_client(id).service().algorithms(Algorithm::RS256, algorithm);
    app.relying_party(&client.create(app).await)
}

async fn status(service: &RelyingParty) -> u16 {
    service
        .token(&[("grant_type", "client_credentials")])
        .await
        .status
}

/// JW-05: a set that was served with a longer `max-age` is waited for, also once the setting is shorter; what was served
/// longer ago than that is over.
#[tokio::test]
async fn jw_05_a_lowered_max_age_shortens_no_wait_for_what_was_served_before() {
    let long = TestApp::with(|config| {
        quick(config);
        config.tokens.jwks_max_age_seconds = 86_400;
    })
    .await;
    long.clock.advance(Duration::from_mins(1));
    let short = another(&long).await;
    let next = kid(&short, "ES256", "next").await;
    say(&short, &format!("revoke {next}")).await;
    drive(&short).await;
    say(&short, "rotate --alg ES256").await;
    let left = until(&short, "ES256", "activate").await;
    assert!(left > Duration::from_hours(24), "{left:?}");
    short
        .clock
        .advance(left.checked_sub(Duration::from_secs(1)).expect("long"));
    drive(&short).await;
    let next = kid(&short, "ES256", "next").await;
    short.clock.advance(Duration::from_secs(1));
    drive(&short).await;
    assert_eq!(kid(&short, "ES256", "active").await, next);
    drive(&short).await;
    assert_eq!(until(&short, "ES256", "activate").await, Duration::from_mins(10));
    assert_eq!(findings(&short).await, [""; 0]);
}

/// JW-05: an algorithm that was left out and comes back signs once verifiers can have its key again. The others go on
/// meanwhile, and a replica that never left it out does too.
#[tokio::test]
async fn jw_05_an_algorithm_that_comes_back_is_published_before_it_signs() {
    let app = an_app().await;
    let left = with(&app, without_eddsa).await;
    app.clock.advance(Duration::from_hours(1));
    left.app.report_holdings().await.expect("reported");
    app.app.refresh("keys").await;
    app.clock.advance(Duration::from_mins(2));
    let back = with(&app, |_| {}).await;
    let active = kid(&back, "EdDSA", "active").await;
    assert!(published(&back).await.contains(&active));
    let (eddsa, es256) = (
        service(&back, "one", Algorithm::EdDsa).await,
        service(&back, "two", Algorithm::ES256).await,
    );
    assert_eq!((status(&eddsa).await, status(&es256).await), (503, 200));
    let wait = until(&back, "EdDSA", "activate").await;
    assert_eq!(
        wait,
        Duration::from_secs(600 - 90),
        "the next key counts from the return"
    );
    assert!(told(&back, "status").await.contains("since every replica has it"));
    // max-age, stale-while-revalidate and skew since the last replica without it
    back.clock.advance(Duration::from_secs(420 - 90 - 1));
    drive(&back).await;
    assert_eq!(status(&eddsa).await, 503);
    back.clock.advance(Duration::from_secs(1));
    drive(&back).await;
    assert_eq!(status(&eddsa).await, 200);
    assert_eq!(findings(&back).await, [""; 0]);
}

/// A replica that starts while others sign with an algorithm signs too, whatever one that leaves it out says.
#[tokio::test]
async fn one_replica_that_leaves_an_algorithm_out_takes_it_from_no_other() {
    let app = an_app().await;
    let left = with(&app, without_eddsa).await;
    app.clock.advance(Duration::from_hours(1));
    for replica in [&left, &app] {
        replica.app.report_holdings().await.expect("reported");
    }
    app.app.refresh("keys").await;
    let eddsa = service(&app, "one", Algorithm::EdDsa).await;
    assert_eq!(status(&eddsa).await, 200);
    let started = with(&app, |_| {}).await;
    let here = started.relying_party_here(&eddsa.client);
    assert_eq!(status(&here).await, 200);
    let driven = signet::jobs::key_rotation::drive(&app.app)
        .await
        .expect("a round");
    assert!(driven.held_up.is_empty(), "nobody asked for a rotation");
    say(&app, "rotate --alg EdDSA").await;
    let words = told(&app, "status").await;
    assert!(
        words.contains("EdDSA activate") && words.contains("held up by the replica "),
        "{words}"
    );
}

/// An algorithm that is added later signs as soon as its key can be known; meanwhile nothing else is kept waiting.
#[tokio::test]
async fn an_algorithm_that_is_added_later_waits_for_caches_only() {
    let database = TestDatabase::new().await;
    let clock = std::sync::Arc::new(crate::support::clock::ManualClock::new());
    let before = TestApp::on(database, clock, without_eddsa).await;
    before.clock.advance(Duration::from_hours(1));
    let app = TestApp::on(
        before.database.again(),
        std::sync::Arc::clone(&before.clock),
        |_| {},
    )
    .await;
    drive(&app).await;
    let next = kid(&app, "EdDSA", "next").await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let ada = crate::attack::holdings::ada(&app).await;
    let tokens = web.tokens(&app, &ada, &[]).await;
    crate::attack::holdings::refreshed(&web, &tokens).await;
    let eddsa = service(&app, "one", Algorithm::EdDsa).await;
    assert_eq!(status(&eddsa).await, 503);
    assert_eq!(until(&app, "EdDSA", "activate").await, Duration::from_mins(7));
    go_on_to(&app, "EdDSA", "activate").await;
    assert_eq!(kid(&app, "EdDSA", "active").await, next);
    assert_eq!(status(&eddsa).await, 200);
    assert_eq!(findings(&app).await, [""; 0]);
}

/// A key that signs no more, and of which nobody noted since when, stays as long as it may have signed.
#[tokio::test]
async fn a_key_without_a_time_of_its_last_signature_does_not_leave_at_once() {
    let app = an_app().await;
    let old = kid(&app, "ES256", "active").await;
    say(&app, "rotate --alg ES256").await;
    go_on_to(&app, "ES256", "activate").await;
    crate::attack::holdings::sql(
        &app,
        "update auth.jwks set retiring_at = null where status = 'retiring'",
    )
    .await;
    app.clock.advance(Duration::from_hours(24));
    drive(&app).await;
    assert!(published(&app).await.contains(&old));
    assert_eq!(until(&app, "ES256", "retire").await, Duration::from_mins(61));
    go_on_to(&app, "ES256", "retire").await;
    assert!(!published(&app).await.contains(&old));
    assert_eq!(findings(&app).await, [""; 0]);
}
