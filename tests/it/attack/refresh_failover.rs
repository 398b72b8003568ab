//! RT-07: what was rotated or ended stays so, whatever is started anew: every node, the database, or its standby.

use std::sync::Arc;

use serde_json::Value;

use super::holdings::{ada, assert_dead, assert_live, refreshed, text, wait};
use crate::app::{RelyingParty, TestApp};
use crate::fixtures::a_client;
use crate::fixtures::client::TestClient;
use crate::support::clock::ManualClock;
use crate::support::standby::{Folder, Server};

/// Families of refresh tokens, as their client holds them.
struct Families {
    /// Presented again within the grace: the first generation and its successor.
    graceful: [Value; 2],
    /// Rotated once.
    rotated: [Value; 2],
    /// Rotated, and ended by revocation.
    revoked: [Value; 2],
    /// Rotated, and ended by the reuse of its first token.
    reused: [Value; 2],
}

impl Families {
    async fn new(app: &TestApp, hand: &RelyingParty) -> Self {
        let ada = ada(app).await;
        let family = async || {
            let first = hand.tokens(app, &ada, &[]).await;
            let second = refreshed(hand, &first).await;
            [first, second]
        };
        let (rotated, revoked, reused) = (family().await, family().await, family().await);
        let token = text(&revoked[1], "refresh_token");
        assert_eq!(hand.post("/oauth2/revoke", &[("token", token)]).await.status, 200);
        wait(app, 31);
        hand.refresh(text(&reused[0], "refresh_token"), &[])
            .await
            .assert_error(400, "invalid_grant");
        Self {
            graceful: family().await,
            rotated,
            revoked,
            reused,
        }
    }

    /// What every node must say, however young it is. The first time it presents the rotated token: that ends its family.
    async fn assert_remembered(&self, hand: &RelyingParty) {
        for ended in [&self.revoked, &self.reused] {
            assert_dead(hand, &ended[1]).await;
            assert_dead(hand, &ended[0]).await;
        }
        hand.refresh(text(&self.rotated[0], "refresh_token"), &[])
            .await
            .assert_error(400, "invalid_grant");
        assert_dead(hand, &self.rotated[1]).await;
    }
}

/// A node that was started now. To the world it is the first one.
async fn node(server: &Server, clock: &Arc<ManualClock>, issuer: &str) -> TestApp {
    let issuer = issuer.to_owned();
    TestApp::on(server.database(), Arc::clone(clock), |config| {
        config.issuer = issuer;
    })
    .await
}

fn hand(app: &TestApp, client: &TestClient) -> RelyingParty {
    app.relying_party_here(client)
}

/// RT-07 (CVE-2026-9802): every node is stopped and the primary killed; on the promoted standby new nodes refuse what
/// was rotated, revoked or reused, and know the successor of a reply that was lost. The same once more after that
/// server was killed too, and another process recovered its data.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rt_07_a_failover_revives_nothing() {
    let folder = Folder::new("failover");
    let primary = Server::primary(&folder).await;
    let clock = Arc::new(ManualClock::new());
    let app = TestApp::on(primary.database(), Arc::clone(&clock), |_| {}).await;
    let (issuer, client) = (app.issuer.clone(), a_client("web").create(&app).await);
    let standby = primary.standby(&folder).await;
    let families = Families::new(&app, &app.relying_party(&client)).await;
    drop(app);
    primary.fail_over(&standby).await;

    let app = node(&standby, &clock, &issuer).await;
    let there = hand(&app, &client);
    let again = refreshed(&there, &families.graceful[0]).await;
    let known = text(&families.graceful[1], "refresh_token");
    assert_eq!(text(&again, "refresh_token"), known, "the same successor");
    assert_live(&there, &families.rotated[1]).await;
    families.assert_remembered(&there).await;
    let third = refreshed(&there, &families.graceful[1]).await;
    drop((there, app));

    let server = standby.crash().await;
    let app = node(&server, &clock, &issuer).await;
    let there = hand(&app, &client);
    families.assert_remembered(&there).await;
    assert_live(&there, &third).await;
    for token in &families.graceful {
        wait(&app, 31);
        there
            .refresh(text(token, "refresh_token"), &[])
            .await
            .assert_error(400, "invalid_grant");
        assert_dead(&there, &third).await;
    }
}
