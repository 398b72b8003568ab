//! Refreshes that come at once become one statement, and nobody can tell.

use serde_json::Value;

use super::families::{Scene, grant_id};
use super::queue::{refuse_to_write, until_writing_waits};
use crate::app::Reply;
use crate::attack::evidence::{count, events};
use crate::attack::holdings::{assert_dead, assert_live, refreshed, text, wait};

/// How many transactions wrote families last.
const TRANSACTIONS: &str = "select count(distinct xmin::text) from auth.oauth_grants";

/// Whoever asks beside one whose grant has ended, one whose token was used long before and one whose reply was lost is
/// answered as if they had asked alone, and so are these.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_are_answered_as_each_of_them_alone() {
    let scene = Scene::new(16).await;
    let (app, door) = (&scene.app, &scene.door);
    let families = scene.families.clone();
    let (dead, reused, lost) = (&families[0], &families[1], &families[2]);
    door.post("/oauth2/revoke", &[("token", text(dead, "refresh_token"))])
        .await;
    let copied = refreshed(door, reused).await;
    wait(app, 31);
    let successor = refreshed(door, lost).await;
    let (scene, replies) = scene.all_in_one_group(&families.iter().collect::<Vec<_>>()).await;
    let (app, door) = (&scene.app, &scene.door);

    replies[0].assert_error(400, "invalid_grant");
    replies[1].assert_error(400, "invalid_grant");
    assert_dead(door, &copied).await;
    assert_eq!(events(app, "REFRESH_REUSED").await, 1);
    assert_eq!(replies[2].status, 200, "{}", replies[2].body);
    let again = replies[2].json();
    assert_eq!(text(&again, "refresh_token"), text(&successor, "refresh_token"));
    assert_eq!(events(app, "REFRESH_REPLAYED").await, 1);
    for (family, reply) in families.iter().zip(&replies).skip(3) {
        assert_eq!(reply.status, 200, "{}", reply.body);
        let next = reply.json();
        assert_eq!(grant_id(family), grant_id(&next), "each has its own");
        assert_live(door, &next).await;
        refreshed(door, &next).await;
    }
}

/// What waits is one statement.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_is_rotated_in_one_transaction() {
    let scene = Scene::new(16).await;
    let families = scene.families.clone();
    let (scene, replies) = scene.all_in_one_group(&families.iter().collect::<Vec<_>>()).await;
    for reply in &replies {
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    // The first one's own, and the group's.
    assert_eq!(count(&scene.app, TRANSACTIONS).await, 2);
}

/// RC-02: a family is in a group once; who presents the same token at the same time is given the same successor.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_02_one_token_twice_in_the_queue_has_one_successor() {
    let scene = Scene::new(2).await;
    let families = scene.families.clone();
    let presented = [&families[0], &families[1], &families[0], &families[0]];
    let (scene, replies) = scene.all_in_one_group(&presented).await;
    let tokens: Vec<Value> = replies.iter().map(Reply::json).collect();
    for other in [2, 3] {
        assert_eq!(
            text(&tokens[0], "refresh_token"),
            text(&tokens[other], "refresh_token")
        );
    }
    assert_eq!(events(&scene.app, "REFRESH_REPLAYED").await, 2);
    assert_eq!(events(&scene.app, "REFRESH_REUSED").await, 0);
    refreshed(&scene.door, &tokens[1]).await;
}

/// A statement that fails for one row is repeated for each alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_breaks_the_statement_harms_nobody_elses_refresh() {
    let scene = Scene::new(3).await;
    let families = scene.families.clone();
    refuse_to_write(&scene.app, &grant_id(&families[0])).await;
    let (scene, replies) = scene.all_in_one_group(&families.iter().collect::<Vec<_>>()).await;
    replies[0].assert_error(500, "server_error");
    for reply in &replies[1..] {
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    refreshed(&scene.door, &replies[1].json()).await;
}

/// RC-02: a client goes away while its group is under way, and takes no answer. Asking again it is given the successor
/// that it missed; the others have theirs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_02_whoever_misses_the_answer_of_a_group_asks_again() {
    let mut scene = Scene::new(3).await;
    let families = scene.families.clone();
    let writing = scene.hold_writing().await;
    let mut queued = scene.queue(&families.iter().collect::<Vec<_>>()).await;
    scene.release().await;
    until_writing_waits(&scene.app).await;
    let gone = queued.others.remove(0);
    gone.abort();
    assert!(gone.await.is_err_and(|error| error.is_cancelled()));
    writing.release().await;
    for reply in queued.replies().await {
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    let again = refreshed(&scene.door, &families[0]).await;
    assert_eq!(events(&scene.app, "REFRESH_REPLAYED").await, 1);
    assert_eq!(events(&scene.app, "REFRESH_REUSED").await, 0);
    refreshed(&scene.door, &again).await;
}
