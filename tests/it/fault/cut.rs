//! DB-05: connections that end under a server's hands.

use super::scene::{Scene, within};
use crate::app::TestApp;
use crate::fixtures::{a_client, a_person};

/// Ends every connection of the server, as an administrator or a restart does; says how many there were.
async fn terminate(app: &TestApp) -> i64 {
    sqlx::query_scalar(
        "select count(pg_terminate_backend(pid, 10000)) from pg_stat_activity \
         where datname = current_database() and usename = 'signet_app'",
    )
    .fetch_one(&mut app.database.admin().await)
    .await
    .expect("terminated")
}

/// DB-05 (57P01): every connection was ended. No read and no refresh fails, and no transaction.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_05_reads_and_refreshes_outlive_the_end_of_every_connection() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let hand = app.relying_party(&a_client("web").create(&app).await);
    let tokens = hand.tokens(&app, &ada, &[]).await;
    let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
    let (access, mut refresh) = (text("access_token"), text("refresh_token"));
    for _ in 0..3 {
        for question in 0..4 {
            let transactions = [app.work().await, app.work().await, app.work().await];
            for work in transactions {
                work.rollback().await.expect("it ends");
            }
            assert!(terminate(&app).await >= 3);
            match question {
                0 => assert_eq!(hand.introspect(&access).await["active"], true),
                1 => assert_eq!(hand.userinfo(&access).await.status, 200),
                2 => {
                    let reply = hand.refresh(&refresh, &[]).await;
                    assert_eq!(reply.status, 200, "{}", reply.body);
                    refresh = reply.json()["refresh_token"]
                        .as_str()
                        .expect("a token")
                        .to_owned();
                }
                _ => app.work().await.commit().await.expect("it begins and ends"),
            }
        }
    }
}

/// DB-05: a redemption is never sent twice. At most one fails for its connection, and no code is lost by that: what
/// was not redeemed can be redeemed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_05_one_redemption_fails_at_most_and_loses_no_code() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let hand = app.relying_party(&a_client("web").create(&app).await);
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(hand.code(&app, &ada, &[]).await);
    }
    let transactions = [app.work().await, app.work().await, app.work().await];
    for work in transactions {
        work.rollback().await.expect("it ends");
    }
    assert!(terminate(&app).await >= 3);
    let mut failed = 0;
    for code in &codes {
        let mut reply = hand.exchange(code).await;
        if reply.status == 503 {
            failed += 1;
            reply = hand.exchange(code).await;
        }
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    assert!(failed <= 1, "{failed} redemptions failed");
}

/// Waits until the server listens on another connection than this one; says which.
async fn listens(app: &TestApp, before: Option<i32>) -> i32 {
    let listening = "select pid from pg_stat_activity where datname = current_database() \
                     and usename = 'signet_app' and query ilike 'listen%' and pid is distinct from $1";
    let mut admin = app.database.admin().await;
    let wait = async {
        loop {
            let found = sqlx::query_scalar::<_, i32>(listening).bind(before);
            if let Some(pid) = found.fetch_optional(&mut admin).await.expect("processes") {
                return pid;
            }
            tokio::task::yield_now().await;
        }
    };
    within(15, "listening", wait).await
}

/// DB-05: whoever listens hears the end of its connection at once, so that nobody's request has to find it out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_05_what_was_cut_is_noticed_before_a_request_comes() {
    let scene = Scene::new().await;
    let code = scene.hand.code(&scene.app, &scene.person, &[]).await;
    let _watching = scene.watch();
    let listener = listens(&scene.app, None).await;
    scene.keep_connections(4).await;
    scene.proxy.cut();
    listens(&scene.app, Some(listener)).await;
    let reply = scene.hand.exchange(&code).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
}
