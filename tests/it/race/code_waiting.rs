//! What happens while code exchanges wait for their turn counts for them, as it does for one that comes after it.

use std::time::{Duration, Instant};

use serde_json::json;
use signet::base::clock::Clock as _;
use signet::db::groups::GroupSettings;

use super::code_scene::CodeScene;
use super::queue::{ONE_AT_A_TIME, until_waiting};
use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::evidence::{count, events};
use crate::attack::holdings::{sql, text, wait};
use crate::fixtures::a_hook;
use crate::fixtures::hook::functions;

const HOOKS: &str = r#"
    create function hooks.told(event jsonb) returns jsonb language sql stable as
        $$ select jsonb_build_object('claims', jsonb_build_object('told', event ->> 'user_id')) $$;
    create function hooks.refuser(event jsonb) returns jsonb language sql stable as
        $$ select '{"error": {"http_code": 403, "message": "no"}}'::jsonb $$"#;

/// How many codes were redeemed: of those that waited, and the first.
async fn redeemed(app: &TestApp) -> i64 {
    let redeemed = "select count(*) from auth.oauth_authorization_codes where redeemed_at is not null";
    let grants = count(app, "select count(*) from auth.oauth_grants").await;
    assert_eq!(count(app, redeemed).await, grants, "a grant for each");
    grants
}

/// A hook that is enabled meanwhile is asked about each.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_hook_is_asked_about_everyone_whose_code_waits() {
    let mut scene = CodeScene::new(3).await;
    functions(&scene.app, HOOKS).await;
    let queued = scene.queue(&scene.exchanges()).await;
    a_hook("told")
        .within(Duration::from_secs(5))
        .create(&scene.app)
        .await;
    scene.release().await;
    for (person, reply) in scene.people.iter().zip(queued.replies().await) {
        assert_eq!(reply.status, 200, "{}", reply.body);
        let said = claims(text(&reply.json(), "access_token"));
        assert_eq!(
            (&said["sub"], &said["told"]),
            (&json!(person.id), &json!(person.id))
        );
    }
}

/// Nobody's code is redeemed before it was asked: whom it refuses can redeem theirs once it is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_hook_that_refuses_leaves_every_code_unspent() {
    let mut scene = CodeScene::new(3).await;
    functions(&scene.app, HOOKS).await;
    let exchanges = scene.exchanges();
    let queued = scene.queue(&exchanges).await;
    a_hook("refuser")
        .within(Duration::from_secs(5))
        .create(&scene.app)
        .await;
    scene.release().await;
    for reply in queued.replies().await {
        reply.assert_error(400, "invalid_grant");
    }
    assert_eq!(redeemed(&scene.app).await, 1, "only who was sent before");
    sql(&scene.app, "delete from auth.token_hooks").await;
    scene.app.refresh_caches().await;
    for exchange in &exchanges {
        assert_eq!(exchange.reply().await.status, 200);
    }
}

/// Nothing is minted from what may have been revoked meanwhile, and nobody's code is spent for that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_code_waits_while_a_cache_is_left_behind_loses_nothing() {
    let mut scene = CodeScene::new(3).await;
    let exchanges = scene.exchanges();
    let queued = scene.queue(&exchanges).await;
    let long_ago = Instant::now().checked_sub(Duration::from_secs(10)).unwrap();
    scene.app.app.freshness().falls_behind("keys", long_ago);
    scene.release().await;
    for reply in queued.replies().await {
        reply.assert_error(503, "temporarily_unavailable");
        assert!(!reply.header("retry-after").is_empty());
    }
    assert_eq!(redeemed(&scene.app).await, 1, "only who was sent before");
    scene.app.app.freshness().catches_up("keys");
    for exchange in &exchanges {
        assert_eq!(exchange.reply().await.status, 200);
    }
    assert_eq!(events(&scene.app, "CODE_REPLAYED").await, 0);
}

/// RFC 6749 §4.1.2, CO-03: a code that came in time and expired before its turn has expired.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn co_03_a_code_that_expires_while_it_waits_is_not_redeemed() {
    let mut scene = CodeScene::new(3).await;
    let queued = scene.queue(&scene.exchanges()).await;
    wait(&scene.app, 60);
    scene.release().await;
    for reply in queued.replies().await {
        reply.assert_error(400, "invalid_grant");
    }
    assert_eq!(redeemed(&scene.app).await, 1, "only who was sent before");
}

/// What is granted is dated by when it is, not by when it was asked for: the grant's ends and the tokens. It counts from
/// when its person was asked, so that whatever ends everything from before reaches it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_waited_is_dated_by_the_time_of_its_group() {
    let mut scene = CodeScene::new(3).await;
    let queued = scene.queue(&scene.exchanges()).await;
    let issued = scene.app.clock.now();
    wait(&scene.app, 20);
    scene.release().await;
    let now = scene.app.clock.now();
    for reply in queued.replies().await {
        assert_eq!(reply.status, 200, "{}", reply.body);
        let tokens = reply.json();
        for name in ["access_token", "id_token"] {
            assert_eq!(claims(text(&tokens, name))["iat"], now.timestamp(), "{name}");
        }
    }
    let dated = "select count(*) from auth.oauth_grants g
        join auth.oauth_authorization_codes c on c.grant_id = g.id
        where c.redeemed_at = $1 and g.created_at = $2 and g.idle_expires_at = $1 + interval '7 days'
          and g.expires_at = $1 + interval '30 days'";
    let dated: i64 = sqlx::query_scalar(dated)
        .bind(now)
        .bind(issued)
        .fetch_one(&mut scene.app.database.admin().await)
        .await
        .unwrap();
    assert_eq!(dated, 3);
}

/// A client that goes away gives up its place; its code is not spent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_away_while_its_code_waits_can_present_it_later() {
    let mut scene = CodeScene::new(3).await;
    let exchanges = scene.exchanges();
    let mut queued = scene.queue(&exchanges).await;
    queued.others.remove(1).abort();
    until_waiting(&scene.app, 2).await;
    scene.release().await;
    for reply in queued.replies().await {
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    assert_eq!(redeemed(&scene.app).await, 3, "the first, and both others");
    assert_eq!(exchanges[1].reply().await.status, 200);
    assert_eq!(events(&scene.app, "CODE_REPLAYED").await, 0);
}

/// Whose turn does not come in time is told so, and its code is not redeemed later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_code_is_refused_for_the_time_has_not_spent_it() {
    let no_time = GroupSettings {
        patience: Some(Duration::ZERO),
        ..ONE_AT_A_TIME
    };
    let mut scene = CodeScene::with(no_time, 2).await;
    let exchanges = scene.exchanges();
    let queued = scene.queue(&[]).await;
    for exchange in &exchanges {
        let reply = exchange.reply().await;
        reply.assert_error(503, "temporarily_unavailable");
        assert!(!reply.header("retry-after").is_empty());
        until_waiting(&scene.app, 0).await;
    }
    scene.release().await;
    queued.replies().await;
    assert_eq!(redeemed(&scene.app).await, 1, "only the first");
    for exchange in &exchanges {
        assert_eq!(exchange.reply().await.status, 200);
    }
    assert_eq!(events(&scene.app, "CODE_REPLAYED").await, 0);
}
