//! What happens while refreshes wait for their turn counts for them, as it does for one that comes after it.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::JsonWebKey as _;
use openidconnect::core::{CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use signet::base::clock::Clock as _;
use signet::db::groups::GroupSettings;

use super::families::{Scene, rotations};
use super::queue::ONE_AT_A_TIME;
use crate::app::TestApp;
use crate::app::relying_party::{claims, header};
use crate::attack::evidence::events;
use crate::attack::holdings::{ada, assert_live, refreshed, sql, text, wait};
use crate::fixtures::hook::functions;
use crate::fixtures::{a_client, a_hook};

const HOOKS: &str = r#"
    create function hooks.told(event jsonb) returns jsonb language sql stable as
        $$ select '{"claims": {"told": 1}}'::jsonb $$;
    create function hooks.refuser(event jsonb) returns jsonb language sql stable as
        $$ select '{"error": {"http_code": 403, "message": "no"}}'::jsonb $$"#;

/// A hook that is enabled meanwhile is asked about each.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_hook_is_asked_about_everyone_who_waits() {
    let mut scene = Scene::new(3).await;
    functions(&scene.app, HOOKS).await;
    let families = scene.families.clone();
    let queued = scene.queue(&families.iter().collect::<Vec<_>>()).await;
    a_hook("told").create(&scene.app).await;
    scene.release().await;
    for reply in queued.replies().await {
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(claims(text(&reply.json(), "access_token"))["told"], 1);
    }
}

/// Nobody is rotated before it was asked: whom it refuses holds what they held.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_hook_that_refuses_leaves_every_family_as_it_was() {
    let mut scene = Scene::new(3).await;
    functions(&scene.app, HOOKS).await;
    let families = scene.families.clone();
    let queued = scene.queue(&families.iter().collect::<Vec<_>>()).await;
    a_hook("refuser").create(&scene.app).await;
    scene.release().await;
    for reply in queued.replies().await {
        reply.assert_error(400, "invalid_grant");
    }
    assert_eq!(rotations(&scene.app).await, (1, 1), "only who was sent before");
}

/// Nothing is minted from what may have been revoked meanwhile, and nobody's token is spent for that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_while_a_cache_is_left_behind_is_refused_and_loses_nothing() {
    let mut scene = Scene::new(3).await;
    let families = scene.families.clone();
    let queued = scene.queue(&families.iter().collect::<Vec<_>>()).await;
    let long_ago = Instant::now().checked_sub(Duration::from_secs(10)).unwrap();
    scene.app.app.freshness().falls_behind("keys", long_ago);
    scene.release().await;
    for reply in queued.replies().await {
        reply.assert_error(503, "temporarily_unavailable");
        assert!(!reply.header("retry-after").is_empty());
    }
    assert_eq!(rotations(&scene.app).await, (1, 1), "only who was sent before");
    scene.app.app.freshness().catches_up("keys");
    for family in &families {
        refreshed(&scene.door, family).await;
    }
    assert_eq!(events(&scene.app, "REFRESH_REPLAYED").await, 0);
}

/// JW-06: the key is revoked meanwhile, and there is another one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jw_06_whoever_waits_is_given_tokens_of_a_key_that_is_published_now() {
    let mut scene = Scene::new(3).await;
    let families = scene.families.clone();
    let before = header(text(&families[0], "access_token"))["kid"].clone();
    let queued = scene.queue(&families.iter().collect::<Vec<_>>()).await;
    sql(
        &scene.app,
        "update auth.jwks set status = 'revoked' where alg = 'ES256' and status = 'active';
         update auth.jwks set status = 'active', activated_at = published_at where alg = 'ES256' and status = 'next'",
    )
    .await;
    scene.app.refresh_caches().await;
    scene.release().await;
    let published = scene.app.browser().get("/.well-known/jwks.json").await;
    let published: CoreJsonWebKeySet = serde_json::from_str(&published.body).expect("a key set");
    for reply in queued.replies().await {
        assert_eq!(reply.status, 200, "{}", reply.body);
        let tokens = reply.json();
        let token = text(&tokens, "access_token");
        let kid = header(token)["kid"].clone();
        assert_ne!(kid, before);
        let key = published.keys().iter().find(|key| {
            let id = key.key_id().map(|id| id.as_str());
            id == kid.as_str()
        });
        let (said, signature) = token.rsplit_once('.').expect("a JWT");
        let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
        key.expect("a published key")
            .verify_signature(
                &CoreJwsSigningAlgorithm::EcdsaP256Sha256,
                said.as_bytes(),
                &signature,
            )
            .expect("its signature");
        assert_live(&scene.door, &tokens).await;
    }
}

/// What is granted is dated by when it is, not by when it was asked for: the family's row and the tokens.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waited_is_dated_by_the_time_of_its_group() {
    let mut scene = Scene::new(3).await;
    let families = scene.families.clone();
    let queued = scene.queue(&families.iter().collect::<Vec<_>>()).await;
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
    let dated = "select count(*) from auth.oauth_grants
        where rotated_at = $1 and idle_expires_at = $1 + interval '7 days'";
    let dated: i64 = sqlx::query_scalar(dated)
        .bind(now)
        .fetch_one(&mut scene.app.database.admin().await)
        .await
        .unwrap();
    assert_eq!(dated, 3);
    // The grace begins then too.
    wait(&scene.app, 29);
    refreshed(&scene.door, &families[0]).await;
    assert_eq!(events(&scene.app, "REFRESH_REPLAYED").await, 1);
}

/// RT-06: an idle family that came in time and ended before its turn has ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rt_06_a_family_that_expires_while_it_waits_is_not_rotated() {
    let mut scene = Scene::new(3).await;
    let families = scene.families.clone();
    let queued = scene.queue(&families.iter().collect::<Vec<_>>()).await;
    wait(&scene.app, 8 * 24 * 3600);
    scene.release().await;
    for reply in queued.replies().await {
        reply.assert_error(400, "invalid_grant");
    }
    assert_eq!(rotations(&scene.app).await, (1, 1), "only who was sent before");
}

/// A client that goes away gives up its place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_away_while_it_waits_is_not_rotated_and_the_others_are() {
    let mut scene = Scene::new(3).await;
    let families = scene.families.clone();
    let mut queued = scene.queue(&families.iter().collect::<Vec<_>>()).await;
    queued.others.remove(1).abort();
    scene.until_waiting(2).await;
    scene.release().await;
    for reply in queued.replies().await {
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    assert_eq!(rotations(&scene.app).await, (3, 3), "the first, and both others");
    refreshed(&scene.door, &families[1]).await;
    assert_eq!(events(&scene.app, "REFRESH_REPLAYED").await, 0);
}

/// Whose turn does not come in time is told so; their turn does not come later either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_refused_for_the_time_has_left_the_queue() {
    let no_time = GroupSettings {
        patience: Some(Duration::ZERO),
        ..ONE_AT_A_TIME
    };
    let mut scene = Scene::with(no_time, 2).await;
    let families = scene.families.clone();
    let queued = scene.queue(&[]).await;
    for family in &families {
        let reply = scene.door.refresh(text(family, "refresh_token"), &[]).await;
        reply.assert_error(503, "temporarily_unavailable");
        assert!(!reply.header("retry-after").is_empty());
        scene.until_waiting(0).await;
    }
    scene.release().await;
    queued.replies().await;
    assert_eq!(rotations(&scene.app).await, (1, 1), "only the first");
    for family in &families {
        refreshed(&scene.door, family).await;
    }
    assert_eq!(events(&scene.app, "REFRESH_REPLAYED").await, 0);
}

/// Whoever has the turn may itself wait for a lock: after a moment others have one all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_the_one_before_waits_for_holds_nobody_else_up_for_long() {
    let one_more = GroupSettings {
        at_most: 2,
        ..ONE_AT_A_TIME
    };
    let mut scene = Scene::with(one_more, 2).await;
    let queued = scene.queue(&[]).await;
    for family in &scene.families {
        refreshed(&scene.door, family).await;
    }
    assert!(!queued.first.is_finished());
    scene.release().await;
    queued.replies().await;
}

/// The time is for the turn alone: whoever is in a group that was sent hears what became of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_in_a_group_is_answered_after_the_time_for_its_turn() {
    let app = TestApp::new().await;
    let client = a_client("web").create(&app).await;
    let mut held = app
        .relying_party(&client)
        .tokens(&app, &ada(&app).await, &[])
        .await;
    let no_time = GroupSettings {
        smallest: 1,
        patience: Some(Duration::ZERO),
        ..GroupSettings::default()
    };
    let replica = TestApp::on_with_groups(app.database.again(), no_time, |config| {
        config.issuer.clone_from(&app.issuer);
    })
    .await;
    // The group's connection is waited for no longer either: one that lies there takes no time.
    replica.work().await.rollback().await.expect("it ends");
    let door = replica.relying_party_here(&client);
    for _ in 0..5 {
        held = refreshed(&door, &held).await;
    }
    assert_eq!(rotations(&app).await, (1, 5));
}
