//! DB-07: what a restored database means for keys.

use std::time::Duration;

use super::desk::{an_app, drive, findings, go_on_to, kid, say, told, until};
use crate::attack::holdings::sql;

const BUMP: &str = "update auth.platform set backup_epoch = backup_epoch + 1";

/// DB-07: after a restore nobody knows whether a next key is still known to verifiers: it counts as published from then
/// on. A rotation that was asked for before the backup may have been carried out since, and is forgotten; revocations
/// after it are lost, which is said.
#[tokio::test]
async fn db_07_a_next_key_from_before_a_restore_does_not_sign_early() {
    let app = an_app().await;
    let (active, next) = (
        kid(&app, "ES256", "active").await,
        kid(&app, "ES256", "next").await,
    );
    assert!(!told(&app, "status").await.contains("was restored"));
    say(&app, "rotate --alg ES256").await;
    app.clock.advance(Duration::from_hours(1));
    sql(&app, BUMP).await;
    drive(&app).await;
    assert_eq!(kid(&app, "ES256", "active").await, active);
    assert_eq!(kid(&app, "ES256", "next").await, next);
    assert_eq!(until(&app, "ES256", "activate").await, Duration::from_mins(10));
    let status = say(&app, "status").await;
    let before = status["before_restore"].as_array().expect("names");
    assert!(before.contains(&active.as_str().into()) && before.contains(&next.as_str().into()));
    assert!(told(&app, "status").await.contains("revoke it again"));
    app.clock.advance(Duration::from_mins(20));
    drive(&app).await;
    assert_eq!(kid(&app, "ES256", "active").await, active, "nobody asked again");
    say(&app, "rotate --alg ES256").await;
    go_on_to(&app, "ES256", "activate").await;
    assert_eq!(kid(&app, "ES256", "active").await, next);
    assert_eq!(findings(&app).await, [""; 0]);
}

/// DB-07: a command that comes first after a restore keeps to it too, and its own request is not forgotten.
#[tokio::test]
async fn db_07_a_rotation_that_is_asked_for_after_a_restore_waits_anew() {
    let app = an_app().await;
    let active = kid(&app, "ES256", "active").await;
    app.clock.advance(Duration::from_hours(1));
    sql(&app, BUMP).await;
    let plan = say(&app, "rotate --alg ES256").await;
    assert_eq!(plan["changes"], serde_json::json!([]));
    assert_eq!(kid(&app, "ES256", "active").await, active);
    go_on_to(&app, "ES256", "activate").await;
    assert_ne!(kid(&app, "ES256", "active").await, active);
    assert_eq!(findings(&app).await, [""; 0]);
}
