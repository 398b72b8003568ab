//! DB-04 (read-only): a primary that was demoted and goes on answering on the connections that it has.

use super::scene::{Scene, within};
use crate::app::Browser;
use crate::support::standby::{Folder, Server};

/// Waits until readiness answers with this status; says what it says.
async fn readiness(operator: &Browser, status: u16) -> String {
    let wait = async {
        loop {
            let reply = operator.get("/health/ready").await;
            if reply.status == status {
                return reply.body;
            }
            tokio::task::yield_now().await;
        }
    };
    within(5, "readiness", wait).await
}

/// DB-04: two servers behind one proxy. The first takes no writes any more: readiness says so, reads go on, a write is
/// refused in a way that can be tried again. Once the proxy leads to the second, the server writes there within five
/// seconds, without a restart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_04_a_demoted_primary_is_left_within_five_seconds() {
    let folder = Folder::new("demoted");
    let primary = Server::primary(&folder).await;
    let standby = primary.standby(&folder).await;
    let scene = Scene::on(&primary.database()).await;
    let operator = scene.operator().await;
    let _watching = scene.watch();
    assert_eq!(readiness(&operator, 200).await, "ready\n");
    scene.keep_connections(4).await;

    primary.demote_for(&standby).await;
    let said = readiness(&operator, 503).await;
    assert!(said.contains("takes no writes"), "{said}");
    assert_eq!(
        scene.hand.introspect(scene.token("access_token")).await["active"],
        true
    );
    let reply = scene.hand.refresh(scene.token("refresh_token"), &[]).await;
    assert_eq!(reply.status, 503, "{}", reply.body);
    assert!(!reply.header("retry-after").is_empty());

    scene.proxy.switch(&standby.database());
    within(5, "writing", async {
        while scene.hand.refresh(scene.token("refresh_token"), &[]).await.status != 200 {
            tokio::task::yield_now().await;
        }
        let code = scene.hand.code(&scene.app, &scene.person, &[]).await;
        assert_eq!(scene.hand.exchange(&code).await.status, 200);
    })
    .await;
    assert_eq!(readiness(&operator, 200).await, "ready\n");
}

/// DB-04: nobody polls. A connection on which a write was refused is not lent again.
#[tokio::test]
async fn db_04_the_first_write_that_a_server_refuses_ends_its_connections() {
    let scene = Scene::new().await;
    let code = scene.hand.code(&scene.app, &scene.person, &[]).await;
    let options: sqlx::postgres::PgConnectOptions = scene.app.database.url.parse().expect("a URL");
    let name = options.get_database().expect("a database");
    // It holds for sessions to come.
    let mut admin = scene.app.database.admin().await;
    let read_only = format!("alter database {name} set default_transaction_read_only = on");
    sqlx::raw_sql(sqlx::AssertSqlSafe(read_only))
        .execute(&mut admin)
        .await
        .expect("set");
    scene.proxy.cut();
    for why in ["the connection was cut", "the new one takes no writes"] {
        let reply = scene.hand.exchange(&code).await;
        assert_eq!(reply.status, 503, "{why}: {}", reply.body);
        assert!(!reply.header("retry-after").is_empty());
    }
    let statement = format!("alter database {name} reset default_transaction_read_only");
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
        .execute(&mut admin)
        .await
        .expect("reset");
    // Whatever else was opened meanwhile takes no writes either; each such connection refuses once and is gone.
    let mut refused = 0;
    let reply = loop {
        let reply = scene.hand.exchange(&code).await;
        if reply.status != 503 || refused == 8 {
            break reply;
        }
        refused += 1;
    };
    assert_eq!(reply.status, 200, "after {refused} refusals: {}", reply.body);
}
