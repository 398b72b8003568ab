//! RT-01, RT-02, RT-07: a rotated refresh token, presented again.

use super::evidence::{count, events};
use super::holdings::{ada, assert_dead, assert_live, refreshed, text, wait};
use crate::app::TestApp;
use crate::fixtures::a_client;

const GENERATION: &str = "select generation::bigint from auth.oauth_grants";

/// RFC 9700 §4.14.2: RT-01. After the grace a reuse means theft: the family ends, access tokens included.
#[tokio::test]
async fn rt_01_a_reused_refresh_token_ends_the_family() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let first = relying_party.tokens(&app, &ada(&app).await, &[]).await;
    let second = refreshed(&relying_party, &first).await;
    wait(&app, 30);
    assert_live(&relying_party, &second).await;
    for _ in 0..2 {
        relying_party
            .refresh(text(&first, "refresh_token"), &[])
            .await
            .assert_error(400, "invalid_grant");
    }
    assert_eq!(events(&app, "REFRESH_REUSED").await, 1);
    assert_dead(&relying_party, &second).await;
    assert_dead(&relying_party, &first).await;
    let ended = "select count(*) from auth.oauth_grants where ended_reason = 'refresh_reused'";
    assert_eq!(count(&app, ended).await, 1);
    assert_eq!(
        count(
            &app,
            "select count(*) from auth.sessions where revoked_at is not null"
        )
        .await,
        0
    );
}

/// Contracts section 3: RT-01. The grace is for the previous generation alone.
#[tokio::test]
async fn rt_01_an_older_generation_has_no_grace() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let first = relying_party.tokens(&app, &ada(&app).await, &[]).await;
    let second = refreshed(&relying_party, &first).await;
    let third = refreshed(&relying_party, &second).await;
    relying_party
        .refresh(text(&first, "refresh_token"), &[])
        .await
        .assert_error(400, "invalid_grant");
    assert_dead(&relying_party, &third).await;
    assert_eq!(events(&app, "REFRESH_REUSED").await, 1);
}

/// RT-01: a clock that was set back makes no old generation young.
#[tokio::test]
async fn rt_01_a_clock_set_back_revives_nothing() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let first = relying_party.tokens(&app, &ada(&app).await, &[]).await;
    wait(&app, 60);
    let second = refreshed(&relying_party, &first).await;
    let third = refreshed(&relying_party, &second).await;
    app.clock.turn_back(std::time::Duration::from_mins(1));
    relying_party
        .refresh(text(&first, "refresh_token"), &[])
        .await
        .assert_error(400, "invalid_grant");
    assert_dead(&relying_party, &third).await;
}

/// Contracts section 3: RT-02. A lost reply logs nobody out, and never makes two families.
#[tokio::test]
async fn rt_02_the_same_request_inside_the_grace_gets_the_same_successor() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let first = relying_party.tokens(&app, &ada(&app).await, &[]).await;
    let second = refreshed(&relying_party, &first).await;
    wait(&app, 29);
    let again = refreshed(&relying_party, &first).await;
    assert_eq!(text(&again, "refresh_token"), text(&second, "refresh_token"));
    assert_ne!(text(&again, "access_token"), text(&second, "access_token"));
    assert_eq!(count(&app, GENERATION).await, 1);
    assert_eq!(events(&app, "REFRESH_REPLAYED").await, 1);
    assert_live(&relying_party, &again).await;
    let third = refreshed(&relying_party, &again).await;
    assert_live(&relying_party, &third).await;
}

/// Contracts section 3: RT-02. Another request with the spent token gets nothing, and costs the family nothing.
#[tokio::test]
async fn rt_02_another_request_inside_the_grace_is_refused_without_harm() {
    let app = TestApp::new().await;
    let client = a_client("web").create(&app).await;
    crate::fixtures::client::a_resource(&app, "https://api.example.com/", None).await;
    let relying_party = app.relying_party(&client);
    let asked = [("scope", "openid email")];
    let first = relying_party.tokens(&app, &ada(&app).await, &asked).await;
    let second = refreshed(&relying_party, &first).await;
    for other in [
        ("scope", "openid"),
        ("resource", "https://api.example.com/"),
        ("organization", "ada"),
    ] {
        relying_party
            .refresh(text(&first, "refresh_token"), &[other])
            .await
            .assert_error(400, "invalid_grant");
    }
    assert_eq!(events(&app, "REFRESH_REUSED").await, 0);
    assert_eq!(count(&app, GENERATION).await, 1);
    refreshed(&relying_party, &second).await;
}

/// RT-07: what was rotated or ended is in the database, so a new process knows it.
#[tokio::test]
async fn rt_07_a_restarted_server_still_refuses_what_was_rotated() {
    let app = TestApp::new().await;
    let client = a_client("web").create(&app).await;
    let relying_party = app.relying_party(&client);
    let first = relying_party.tokens(&app, &ada(&app).await, &[]).await;
    let second = refreshed(&relying_party, &first).await;
    wait(&app, 31);
    let replica = app.replica().await;
    let there = replica.relying_party_here(&client);
    assert_live(&there, &second).await;
    there
        .refresh(text(&first, "refresh_token"), &[])
        .await
        .assert_error(400, "invalid_grant");
    let later = app.replica().await;
    assert_dead(&later.relying_party_here(&client), &second).await;
}
