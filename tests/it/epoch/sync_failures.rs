//! What the worker does when the issuer or its key fails it: the copy grows old, and nothing is made up.

use std::time::Duration;

use signet::authentication::service_key::ServiceScope;
use signet::rls::sync::{Progress, SyncError};

use super::changes::Change;
use super::worker::{Copied, Worker};
use crate::app::TestApp;
use crate::attack::holdings::sql;
use crate::fixtures::{a_person, a_service_key, an_organization};
use crate::support::proxy::Proxy;

const BEATS: &str = "select (extract(epoch from received_at) * 1000000)::bigint from auth.epoch_sync";

async fn failure(worker: &mut Worker) -> SyncError {
    loop {
        if let Progress::Failed { error, .. } = worker.next().await {
            return error;
        }
    }
}

/// A key that was revoked copies nothing and says so; the new one in the same file needs no restart.
#[tokio::test]
async fn a_new_key_in_the_file_is_used_at_once() {
    let app = TestApp::new().await;
    let copied = Copied::new(&app).await;
    let wrong = a_service_key(&app, "other", &[ServiceScope::MembershipRead]).await;
    let right = std::fs::read_to_string(&copied.key_file).unwrap();
    std::fs::remove_file(&copied.key_file).unwrap();
    let mut worker = copied.work();
    assert!(matches!(failure(&mut worker).await, SyncError::KeyFile { .. }));
    copied.write_key("");
    while !matches!(failure(&mut worker).await, SyncError::NoKey(_)) {}
    copied.write_key(&wrong);
    loop {
        let error = failure(&mut worker).await;
        if let SyncError::Refused { status, code } = &error {
            assert_eq!((*status, code.as_str()), (403, "insufficient_scope"));
            assert!(!error.to_string().contains(&wrong));
            break;
        }
    }
    assert_eq!(copied.copy("select count(*) from auth.epoch_sync").await, 0);
    copied.write_key(right.trim());
    worker.copied().await;
    worker.stop().await;
}

/// While the issuer does not answer, the copy is not said to be current.
#[tokio::test]
async fn an_issuer_that_is_gone_leaves_the_copy_to_grow_old() {
    let app = TestApp::new().await;
    let copied = Copied::new(&app).await;
    let mut worker = copied.work();
    worker.copied().await;
    sql(
        &app,
        "update auth.service_keys set revoked_at = to_timestamp(1800000000)",
    )
    .await;
    failure(&mut worker).await;
    let heartbeat = copied.copy(BEATS).await;
    for _ in 0..3 {
        failure(&mut worker).await;
    }
    assert_eq!(copied.copy(BEATS).await, heartbeat);
    worker.stop().await;
}

/// A connection that says nothing any more is made anew within seconds, before the copy is too old for the kit, although
/// the database still holds its lock.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_04_a_frozen_connection_downstream_is_made_anew() {
    let app = TestApp::new().await;
    let mut copied = Copied::new(&app).await;
    let proxy = Proxy::to(&copied.database.url).await;
    copied.database.url = proxy.through(&copied.database.url);
    let mut worker = copied.work();
    worker.copied().await;
    proxy.freeze();
    let recovery = async {
        assert!(matches!(failure(&mut worker).await, SyncError::Rls(_)));
        worker.copied().await;
    };
    tokio::time::timeout(Duration::from_secs(10), recovery)
        .await
        .expect("a new copy in time");
    worker.stop().await;
}

/// A connection that breaks is made anew, and what happened meanwhile is copied.
#[tokio::test]
async fn a_broken_connection_is_made_anew() {
    let app = TestApp::new().await;
    let owner = a_person("owner").create(&app).await;
    let ada = a_person("ada").create(&app).await;
    let acme = an_organization(&app, "acme", &owner, None).await;
    acme.add(&app, &ada, "admin").await;
    let copied = Copied::new(&app).await;
    let mut worker = copied.work();
    assert_eq!(worker.copied().await, 0);
    sqlx::query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name = 'signet rls'")
        .bind(&copied.downstream.database.name)
        .execute(&mut copied.downstream.database.connect("postgres").await)
        .await
        .unwrap();
    Change::Remove.commit(&app, &acme, &ada).await;
    assert!(matches!(failure(&mut worker).await, SyncError::Rls(_)));
    assert_eq!(worker.copied().await, 1);
    worker.stop().await;
}
