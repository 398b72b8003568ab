//! DB-02, DB-04: the database or its connection fails under code exchanges that wait for their turn, or whose group is
//! under way. A redemption is never sent twice: of one whose answer is lost nobody knows.

use super::scene::within;
use crate::attack::evidence::{count, events};
use crate::race::code_scene::{CodeScene, REPLAYED};
use crate::race::queue::until_writing_waits;
use crate::support::database::TestDatabase;
use crate::support::proxy::Proxy;

const GRANTS: &str = "select count(*) from auth.oauth_grants";

/// Three codes behind a proxy, with bounds like an operator's.
async fn scene() -> (CodeScene, Proxy) {
    let database = TestDatabase::new().await;
    let proxy = Proxy::to(&database.url).await;
    let scene = CodeScene::on(proxy.before(&database), 3, |config| {
        config.database.acquire_timeout_ms = 2_000;
        config.database.statement_timeout_ms = 2_000;
    })
    .await;
    (scene, proxy)
}

/// DB-04: the database says nothing any more while codes wait for their turn. Each client is told to come again, in
/// time, and its code is not spent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_04_a_code_that_waits_while_the_database_is_silent_is_not_spent() {
    let (mut scene, proxy) = scene().await;
    let exchanges = scene.exchanges();
    let queued = scene.queue(&exchanges).await;
    proxy.silence();
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
    for exchange in &exchanges {
        let reply = exchange.reply().await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    assert_eq!(events(&scene.app, "CODE_REPLAYED").await, 0);
}

/// DB-02, DB-04: the connection of a group freezes or is cut after its statement was sent, and the statement commits.
/// Each is told to come again, and nothing is sent twice: no grant counts as stolen until somebody presents its code
/// once more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_02_a_group_of_codes_whose_answer_is_lost_is_not_sent_again() {
    for fail in [Proxy::freeze, Proxy::cut] {
        let (mut scene, proxy) = scene().await;
        let exchanges = scene.exchanges();
        let writing = scene.hold_writing().await;
        let queued = scene.queue(&exchanges).await;
        scene.release().await;
        until_writing_waits(&scene.app).await;
        fail(&proxy);
        writing.release().await;
        let replies = within(10, "the answers", queued.replies()).await;
        for reply in &replies {
            reply.assert_error(503, "temporarily_unavailable");
            assert!(!reply.header("retry-after").is_empty());
        }
        // The first one's, and the group's, which nobody saw.
        within(10, "the commit", async {
            while count(&scene.app, GRANTS).await < 4 {}
        })
        .await;
        assert_eq!(count(&scene.app, GRANTS).await, 4);
        assert_eq!(events(&scene.app, "CODE_REPLAYED").await, 0);
        assert_eq!(count(&scene.app, REPLAYED).await, 0);
        for exchange in &exchanges {
            exchange.reply().await.assert_error(400, "invalid_grant");
        }
        assert_eq!(events(&scene.app, "CODE_REPLAYED").await, 3);
        assert_eq!(
            count(&scene.app, REPLAYED).await,
            3,
            "each once, and not the first's"
        );
    }
}
