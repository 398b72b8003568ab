//! A slow hook: what comes after it is judged, and dated, by the time when it comes.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use signet::base::clock::Clock as _;

use crate::app::relying_party::claims;
use crate::app::{RelyingParty, TestApp};
use crate::attack::evidence::count;
use crate::attack::holdings::{sql, text, wait};
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_hook, a_person};
use crate::webhook::flow::{app, over_http};
use crate::webhook::receiver::{Listener, reply};

struct Scene {
    app: TestApp,
    relying_party: RelyingParty,
    ada: TestPerson,
}

impl Scene {
    async fn new() -> Self {
        let app = app().await;
        let relying_party = app.relying_party(&a_client("web").create(&app).await);
        let ada = a_person("ada").create(&app).await;
        Self {
            app,
            relying_party,
            ada,
        }
    }

    /// From now on a hook is asked that takes this long.
    async fn slow_by(&self, seconds: u64) -> Listener {
        let clock = Arc::clone(&self.app.clock);
        let listener = Listener::start(move |_, stream| {
            let clock = Arc::clone(&clock);
            async move {
                clock.advance(Duration::from_secs(seconds));
                reply(stream, b"HTTP/1.1 204 No Content\r\n\r\n").await;
            }
        })
        .await;
        a_hook("slow")
            .with(over_http(&listener.url))
            .create(&self.app)
            .await;
        listener
    }

    async fn no_longer_slow(&self) {
        sql(&self.app, "delete from auth.token_hooks").await;
        self.app.refresh_caches().await;
    }

    fn is_dated_now(&self, tokens: &Value) {
        let now = self.app.clock.now().timestamp();
        for token in ["access_token", "id_token"] {
            assert_eq!(claims(text(tokens, token))["iat"], now, "{token}");
        }
        let said = claims(text(tokens, "access_token"));
        let life = tokens["expires_in"].as_i64().expect("a number");
        assert_eq!(said["exp"], now + life);
    }
}

/// RFC 6749 §4.1.2: a code that expires while a hook thinks has expired.
#[tokio::test]
async fn a_code_that_expires_while_a_hook_thinks_is_not_redeemed() {
    let scene = Scene::new().await;
    let code = scene.relying_party.code(&scene.app, &scene.ada, &[]).await;
    let _listener = scene.slow_by(61).await;
    let reply = scene.relying_party.exchange(&code).await;
    reply.assert_error(400, "invalid_grant");
    assert_eq!(
        count(&scene.app, "select count(*) from auth.oauth_grants").await,
        0
    );
}

/// Contracts section 3: so has a refresh token, and a session's end counts in the same way.
#[tokio::test]
async fn a_refresh_token_that_expires_while_a_hook_thinks_is_not_rotated() {
    let scene = Scene::new().await;
    let tokens = scene.relying_party.tokens(&scene.app, &scene.ada, &[]).await;
    let _listener = scene.slow_by(31 * 24 * 3600).await;
    let reply = scene
        .relying_party
        .refresh(text(&tokens, "refresh_token"), &[])
        .await;
    reply.assert_error(400, "invalid_grant");
    let rotated = "select count(*) from auth.oauth_grants where generation <> 0";
    assert_eq!(count(&scene.app, rotated).await, 0);
}

/// RFC 7519 §4.1.6: tokens are dated by when they are made.
#[tokio::test]
async fn tokens_are_dated_after_the_hook() {
    let scene = Scene::new().await;
    let _listener = scene.slow_by(3).await;
    let tokens = scene.relying_party.tokens(&scene.app, &scene.ada, &[]).await;
    scene.is_dated_now(&tokens);
    let reply = scene
        .relying_party
        .refresh(text(&tokens, "refresh_token"), &[])
        .await;
    scene.is_dated_now(&reply.json());
}

/// Contracts section 3: the grace of 30 seconds begins when the rotation does, not when it was asked for.
#[tokio::test]
async fn the_grace_begins_with_the_rotation() {
    let scene = Scene::new().await;
    let tokens = scene.relying_party.tokens(&scene.app, &scene.ada, &[]).await;
    let refresh = text(&tokens, "refresh_token");
    let listener = scene.slow_by(20).await;
    let rotated = scene.relying_party.refresh(refresh, &[]).await.json();
    drop(listener);
    scene.no_longer_slow().await;
    wait(&scene.app, 20);
    let again = scene.relying_party.refresh(refresh, &[]).await;
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(again.json()["refresh_token"], rotated["refresh_token"]);
}

/// Contracts section 3: a lost reply that is asked for inside the grace is no reuse because a hook is slow.
#[tokio::test]
async fn a_lost_reply_is_judged_by_when_it_was_asked_for() {
    let scene = Scene::new().await;
    let tokens = scene.relying_party.tokens(&scene.app, &scene.ada, &[]).await;
    let refresh = text(&tokens, "refresh_token");
    let rotated = scene.relying_party.refresh(refresh, &[]).await.json();
    wait(&scene.app, 25);
    let listener = scene.slow_by(10).await;
    let again = scene.relying_party.refresh(refresh, &[]).await;
    assert_eq!(again.status, 200, "{}", again.body);
    let again = again.json();
    assert_eq!(again["refresh_token"], rotated["refresh_token"]);
    scene.is_dated_now(&again);
    drop(listener);
    let late = scene.relying_party.refresh(refresh, &[]).await;
    late.assert_error(400, "invalid_grant");
    let reused = "select count(*) from auth.oauth_grants where ended_reason = 'refresh_reused'";
    assert_eq!(count(&scene.app, reused).await, 1);
}
