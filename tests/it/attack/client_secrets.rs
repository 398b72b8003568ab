//! CA-06: a secret that is replaced, and one that must die at once.

use std::time::Duration;

use signet::base::id::ClientId;
use signet::client::service;
use tokio_util::sync::CancellationToken;

use super::evidence::events;
use super::holdings::wait;
use crate::app::{RelyingParty, TestApp};
use crate::fixtures::a_client;
use crate::fixtures::client::TestClient;

const GRANT: [(&str, &str); 1] = [("grant_type", "client_credentials")];

async fn rotate(app: &TestApp, client: &TestClient, overlap: Duration) -> TestClient {
    let mut work = app.work().await;
    let secret = service::rotate_secret(&mut work, &ClientId::from_text(client.id.as_str()), overlap)
        .await
        .unwrap();
    work.commit().await.unwrap();
    TestClient {
        secret: Some(secret.expose().to_owned()),
        ..client.clone()
    }
}

async fn opens(relying_party: &RelyingParty) -> bool {
    let reply = relying_party.token(&GRANT).await;
    if reply.status != 200 {
        reply.assert_error(401, "invalid_client");
    }
    reply.status == 200
}

/// RFC 9700 §2.5: CA-06. Old and new secret overlap as long as was asked for, on every replica.
#[tokio::test]
async fn ca_06_an_old_secret_lives_for_the_overlap() {
    let app = TestApp::new().await;
    let replica = app.replica().await;
    let old = a_client("jobs").service().create(&app).await;
    let new = rotate(&app, &old, Duration::from_mins(1)).await;
    assert_eq!(events(&app, "CLIENT_SECRET_ROTATED").await, 1);
    for here in [&app, &replica] {
        here.refresh_caches().await;
        assert!(opens(&here.relying_party_here(&old)).await);
        assert!(opens(&here.relying_party_here(&new)).await);
    }
    wait(&app, 59);
    assert!(opens(&replica.relying_party_here(&old)).await);
    wait(&app, 1);
    for here in [&app, &replica] {
        assert!(!opens(&here.relying_party_here(&old)).await);
        assert!(opens(&here.relying_party_here(&new)).await);
    }
}

/// RFC 9700 §2.5: CA-06. A revoked secret, and a disabled client, are dead on every replica within 5 s, though each
/// replica had them in memory.
#[tokio::test]
async fn ca_06_a_revoked_secret_is_dead_on_every_replica_within_five_seconds() {
    let app = TestApp::new().await;
    let replicas = [app.replica().await, app.replica().await];
    let stop = CancellationToken::new();
    let watchers: Vec<_> = replicas
        .iter()
        .map(|replica| tokio::spawn(replica.app.clone().keep_current(stop.clone())))
        .collect();
    let old = a_client("jobs").service().create(&app).await;
    for replica in &replicas {
        assert!(opens(&replica.relying_party_here(&old)).await);
    }
    let new = rotate(&app, &old, Duration::ZERO).await;
    let dead = async |client: &TestClient| {
        for replica in &replicas {
            let there = replica.relying_party_here(client);
            while opens(&there).await {}
        }
    };
    tokio::time::timeout(Duration::from_secs(5), dead(&old))
        .await
        .expect("the old secret dies everywhere");
    for replica in &replicas {
        assert!(opens(&replica.relying_party_here(&new)).await);
    }
    let mut work = app.work().await;
    service::disable(&mut work, &ClientId::from_text("jobs"))
        .await
        .unwrap();
    work.commit().await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), dead(&new))
        .await
        .expect("the client dies everywhere");
    stop.cancel();
    for watcher in watchers {
        watcher.await.unwrap();
    }
}
