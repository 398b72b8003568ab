//! JW-08: replicas that start together.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::support::clock::ManualClock;
use crate::support::database::TestDatabase;

/// JW-08: eight replicas on an empty database make one set of keys, and all of them publish and use it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jw_08_replicas_that_start_together_make_one_key_set() {
    let database = TestDatabase::new().await;
    let clock = Arc::new(ManualClock::new());
    let mut starting = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (database, clock) = (database.again(), Arc::clone(&clock));
        starting
            .spawn(async move { TestApp::on(database, clock, |config| config.database.pool_size = 2).await });
    }
    let replicas = starting.join_all().await;
    let app = &replicas[0];
    let keys = "select count(*) from auth.jwks";
    let kinds = "select count(distinct alg) from auth.jwks where status = 'active'";
    assert_eq!(
        count(app, keys).await,
        2 * count(app, kinds).await,
        "one active key of each kind, and a next one beside it"
    );
    assert!(count(app, kinds).await >= 3);
    assert_eq!(
        count(app, "select count(*) from auth.server_secrets").await,
        count(app, "select count(distinct purpose) from auth.server_secrets").await
    );
    let mut published = BTreeSet::new();
    for replica in &replicas {
        let reply = replica.browser().get("/.well-known/jwks.json").await;
        assert_eq!(reply.status, 200);
        published.insert(reply.body);
    }
    assert_eq!(published.len(), 1, "every replica publishes the same set");
}
