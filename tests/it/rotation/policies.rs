//! What holds where replicas and commands are configured differently: the strictest of what running replicas say.

use std::time::Duration;

use signet::config::SignetConfig;

use super::desk::{an_app, another, drive, findings, kid, say, say_with, told, until};
use crate::attack::holdings::sql;

/// A command whose rules are looser than the servers' takes no step before they would, and says whose count.
#[tokio::test]
async fn a_command_with_looser_rules_takes_no_step_early() {
    let app = an_app().await;
    app.app.report_holdings().await.expect("reported");
    let (active, next) = (
        kid(&app, "ES256", "active").await,
        kid(&app, "ES256", "next").await,
    );
    let mut loose: SignetConfig = app.app.config().clone();
    loose.keys.published_seconds = 0;
    loose.keys.skew_seconds = 15;
    loose.keys.rotate_every_days = 1;
    app.clock.advance(Duration::from_secs(590));
    app.app.report_holdings().await.expect("reported");
    say_with(&app, &loose, "rotate --alg ES256").await;
    assert_eq!(kid(&app, "ES256", "active").await, active);
    assert!(until(&app, "ES256", "activate").await > Duration::ZERO);
    let status = say_with(&app, &loose, "status").await;
    let stricter = status["stricter"].to_string();
    for point in [
        "keys.published_seconds is 0 s here, and 10 min counts",
        "keys.skew_seconds is 15 s here, and 1 min counts",
        "keys.rotate_every_days is 1 d here, and never counts",
    ] {
        assert!(stricter.contains(point), "{stricter}");
    }
    assert_eq!(say(&app, "status").await["stricter"], serde_json::json!([]));
    app.clock.advance(Duration::from_mins(2));
    app.app.report_holdings().await.expect("reported");
    say_with(&app, &loose, "rotate --alg ES256 --wait --timeout 0").await;
    drive(&app).await;
    assert_eq!(kid(&app, "ES256", "active").await, next);
    assert_eq!(findings(&app).await, [""; 0]);
}

/// A verifier that one running replica waits for is waited for by all; one that has stopped is asked no more.
#[tokio::test]
async fn the_verifiers_of_every_running_replica_are_waited_for() {
    let app = super::desk::an_app_that_waits_for(&["shop"]).await;
    let other = another(&app).await;
    for replica in [&app, &other] {
        replica.app.report_holdings().await.expect("reported");
    }
    let next = kid(&app, "ES256", "next").await;
    say(&other, "rotate --alg ES256").await;
    app.clock.advance(Duration::from_mins(11));
    for replica in [&app, &other] {
        replica.app.report_holdings().await.expect("reported");
    }
    drive(&other).await;
    assert_eq!(kid(&other, "ES256", "next").await, next);
    let words = told(&other, "status").await;
    assert!(words.contains("keys.verifiers lacks shop here"), "{words}");
    // What cannot be read is not followed.
    sql(&app, "update auth.replicas set key_policy = '{\"later\": 1}'").await;
    drive(&other).await;
    assert_eq!(kid(&other, "ES256", "active").await, next);
}
