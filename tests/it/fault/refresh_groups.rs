//! DB-04, DB-05: the database or its connection fails under refreshes that wait for their turn, or whose group is under
//! way.

use super::scene::within;
use crate::attack::evidence::events;
use crate::attack::holdings::{refreshed, text};
use crate::race::families::{Scene, rotations};
use crate::race::queue::until_writing_waits;
use crate::support::database::TestDatabase;
use crate::support::proxy::Proxy;

/// Three families behind a proxy, with bounds like an operator's.
async fn scene() -> (Scene, Proxy) {
    let database = TestDatabase::new().await;
    let proxy = Proxy::to(&database.url).await;
    let scene = Scene::on(proxy.before(&database), 3, |config| {
        config.database.acquire_timeout_ms = 2_000;
        config.database.statement_timeout_ms = 2_000;
    })
    .await;
    (scene, proxy)
}

/// DB-04: the database says nothing any more while requests wait for their turn. Each is told to come again, in time,
/// and holds what it held.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_04_who_waits_while_the_database_is_silent_loses_nothing() {
    let (mut scene, proxy) = scene().await;
    let families = scene.families.clone();
    let queued = scene.queue(&families.iter().collect::<Vec<_>>()).await;
    proxy.silence();
    // The first one's statement and its new connection, and the group's connection.
    within(10, "every refusal", async {
        for request in queued.others {
            let reply = request.await.expect("an answer");
            reply.assert_error(503, "temporarily_unavailable");
            assert!(!reply.header("retry-after").is_empty());
        }
    })
    .await;
    assert_eq!(queued.first.await.expect("an answer").status, 503);
    scene.release().await;
    proxy.recover();
    for family in &families {
        refreshed(&scene.door, family).await;
    }
    assert_eq!(events(&scene.app, "REFRESH_REPLAYED").await, 0);
}

/// DB-04, DB-05: the connection of a group freezes or is cut after its statement was sent, and the statement commits.
/// The repeated one finds nothing to rotate: each goes alone, and is given its successor as after a lost reply.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_05_a_group_whose_answer_is_lost_is_answered_all_the_same() {
    for fail in [Proxy::freeze, Proxy::cut] {
        let (mut scene, proxy) = scene().await;
        let families = scene.families.clone();
        let writing = scene.hold_writing().await;
        let queued = scene.queue(&families.iter().collect::<Vec<_>>()).await;
        scene.release().await;
        until_writing_waits(&scene.app).await;
        fail(&proxy);
        writing.release().await;
        let replies = within(10, "the answers", queued.replies()).await;
        assert_eq!(rotations(&scene.app).await, (4, 4), "each once, the first too");
        assert_eq!(events(&scene.app, "REFRESH_REPLAYED").await, 3);
        assert_eq!(events(&scene.app, "REFRESH_REUSED").await, 0);
        for (family, reply) in families.iter().zip(replies) {
            assert_eq!(reply.status, 200, "{}", reply.body);
            let next = reply.json();
            assert_ne!(text(&next, "refresh_token"), text(family, "refresh_token"));
            refreshed(&scene.door, &next).await;
        }
    }
}
