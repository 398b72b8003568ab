//! RT-06: what a refresh token's use cannot prolong.

use serde_json::Value;

use super::holdings::{ada, assert_dead, refreshed, wait};
use crate::app::{RelyingParty, TestApp};
use crate::fixtures::a_client;

const DAY: u64 = 24 * 60 * 60;

async fn a_grant(app: &TestApp, scope: &str) -> (RelyingParty, Value) {
    let relying_party = app.relying_party(&a_client("web").create(app).await);
    let tokens = relying_party
        .tokens(app, &ada(app).await, &[("scope", scope)])
        .await;
    (relying_party, tokens)
}

/// ASVS 10.4.8: RT-06. Use keeps a family alive only until its absolute end, whatever the clock does later.
#[tokio::test]
async fn rt_06_daily_use_ends_at_the_absolute_lifetime() {
    let app = TestApp::new().await;
    let (relying_party, mut tokens) = a_grant(&app, "openid").await;
    for _ in 1..30 {
        wait(&app, DAY);
        tokens = refreshed(&relying_party, &tokens).await;
    }
    wait(&app, DAY);
    assert_dead(&relying_party, &tokens).await;
}

/// ASVS 10.4.8: RT-06 for offline access, which outlives its session by far.
#[tokio::test]
async fn rt_06_offline_access_ends_at_its_own_absolute_lifetime() {
    let app = TestApp::new().await;
    let (relying_party, mut tokens) = a_grant(&app, "openid offline_access").await;
    for _ in 1..9 {
        wait(&app, 20 * DAY);
        tokens = refreshed(&relying_party, &tokens).await;
    }
    wait(&app, 20 * DAY);
    assert_dead(&relying_party, &tokens).await;
}

/// Contracts section 3: RT-06. A family that nobody uses ends sooner.
#[tokio::test]
async fn rt_06_an_idle_family_ends() {
    for (scope, days) in [("openid", 7), ("openid offline_access", 30)] {
        let app = TestApp::new().await;
        let (relying_party, tokens) = a_grant(&app, scope).await;
        wait(&app, days * DAY - 1);
        let tokens = refreshed(&relying_party, &tokens).await;
        wait(&app, days * DAY);
        assert_dead(&relying_party, &tokens).await;
    }
}
