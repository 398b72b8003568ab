//! DB-04: connections that are established and say nothing any more, while new ones work.

use std::time::Duration;

use super::scene::{Scene, within};
use crate::app::TestApp;
use crate::fixtures::a_hook;
use crate::fixtures::hook::functions;

/// DB-04: reads and a refresh meet connections that are frozen: each is answered, on a new one, within three seconds,
/// and all that follows at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_04_a_frozen_connection_is_given_up_within_three_seconds() {
    let scene = Scene::new().await;
    scene.keep_connections(6).await;
    scene.proxy.freeze();
    let (introspected, userinfo, refreshed) = within(3, "the first round", async {
        tokio::join!(
            scene.hand.introspect(scene.token("access_token")),
            scene.hand.userinfo(scene.token("access_token")),
            scene.hand.refresh(scene.token("refresh_token"), &[]),
        )
    })
    .await;
    assert_eq!(introspected["active"], true);
    assert_eq!(userinfo.status, 200, "{}", userinfo.body);
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);
    within(3, "what follows", async {
        let code = scene.hand.code(&scene.app, &scene.person, &[]).await;
        assert_eq!(scene.hand.exchange(&code).await.status, 200);
    })
    .await;
}

/// DB-04: a code that was presented on a frozen connection is not presented there a second time: the client is told to
/// try again, within three seconds. A group asks first whether its connection answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_04_a_code_is_not_redeemed_twice_for_a_frozen_connection() {
    let scene = Scene::new().await;
    let code = scene.hand.code(&scene.app, &scene.person, &[]).await;
    scene.keep_connections(1).await;
    scene.proxy.freeze();
    let reply = within(3, "the exchange", scene.hand.exchange(&code)).await;
    if TestApp::is_grouped() {
        assert_eq!(reply.status, 200, "{}", reply.body);
        return;
    }
    assert_eq!(reply.status, 503, "{}", reply.body);
    assert!(!reply.header("retry-after").is_empty());
    let reply = within(3, "the second exchange", scene.hand.exchange(&code)).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
}

/// DB-04: a transaction notices at its beginning, so that a sign-in goes on as if nothing were.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_04_a_transaction_begins_on_a_connection_that_answers() {
    let scene = Scene::new().await;
    scene.keep_connections(4).await;
    scene.proxy.freeze();
    let work = within(3, "a transaction", scene.app.work()).await;
    work.commit().await.expect("it ends");
}

/// DB-04: the connections of the watcher freeze too. The server is ready all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_04_readiness_outlives_frozen_connections() {
    let scene = Scene::new().await;
    let operator = scene.operator().await;
    let _watching = scene.watch();
    scene.keep_connections(4).await;
    scene.proxy.freeze();
    let ready = within(3, "readiness", operator.get("/health/ready")).await;
    assert_eq!((ready.status, ready.body.as_str()), (200, "ready\n"));
}

/// DB-04: the connections that SQL hooks run on freeze. The function was not asked yet, so at most one token fails for
/// that, within the hook's own time; all that were opened with it are given up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_04_a_hook_waits_for_a_frozen_connection_once() {
    let scene = Scene::new().await;
    functions(
        &scene.app,
        "create function hooks.nothing(event jsonb) returns jsonb language sql as $$ select jsonb_build_object('claims', jsonb_build_object('told', 1)) $$",
    )
    .await;
    a_hook("nothing")
        .within(Duration::from_secs(1))
        .create(&scene.app)
        .await;
    let ask = async || scene.hand.tokens(&scene.app, &scene.person, &[]).await;
    // Two connections, one after the other or at once.
    tokio::join!(ask(), ask());
    let token = scene.hand.tokens(&scene.app, &scene.person, &[]).await;
    scene.proxy.freeze();
    let refresh = token["refresh_token"].as_str().expect("a token");
    let first = within(5, "the first", scene.hand.refresh(refresh, &[])).await;
    // A connection that has lain for a while is asked first whether it answers.
    assert!([200, 503].contains(&first.status), "{}", first.body);
    let second = within(3, "the second", scene.hand.refresh(refresh, &[])).await;
    assert_eq!(second.status, 200, "{}", second.body);
}
