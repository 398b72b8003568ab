//! A sign-in while something of ours fails: LO-08.

use super::evidence::{assert_page, count, events};
use crate::app::{Browser, Reply, TestApp};
use crate::fixtures::a_person;

async fn attempt(browser: &Browser, username: &str, password: &str) -> Reply {
    browser
        .post("/login", &[("username", username), ("password", password)])
        .await
}

/// LO-08: while the database refuses, a login is 503 and nobody's count moves.
#[tokio::test]
async fn lo_08_an_outage_is_no_failed_attempt() {
    let app = TestApp::with(|config| config.database.acquire_timeout_ms = 300).await;
    let ada = a_person("ada").create(&app).await;
    let name = app
        .database
        .url
        .rsplit('/')
        .next()
        .unwrap()
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    let mut admin = app.database.admin().await;
    let refuse = format!("alter database {name} connection limit 0");
    sqlx::query(sqlx::AssertSqlSafe(refuse))
        .execute(&mut admin)
        .await
        .unwrap();
    let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = $1 and usename = 'signet_app'";
    sqlx::query(cut).bind(&name).execute(&mut admin).await.unwrap();
    for _ in 0..7 {
        let reply = attempt(&app.browser(), "ada", "wrong password").await;
        assert_page(&reply, 503);
        assert!(!reply.header("retry-after").is_empty());
    }
    let permit = format!("alter database {name} connection limit -1");
    sqlx::query(sqlx::AssertSqlSafe(permit))
        .execute(&mut admin)
        .await
        .unwrap();
    assert_eq!(count(&app, "select count(*) from auth.login_attempts").await, 0);
    assert_eq!(attempt(&app.browser(), "ada", &ada.password).await.status, 303);
}

/// LO-08: with every place in the queue taken a login is 503, and gives its attempt back.
#[tokio::test]
async fn lo_08_a_full_queue_is_no_failed_attempt() {
    let app = TestApp::with(|config| {
        config.password.permits = 1;
        config.password.queue = 0;
        config.password.memory_kib = 8192;
        config.password.iterations = 3;
    })
    .await;
    let ada = a_person("ada").create(&app).await;
    let guesses = (0..30).map(|number| {
        let (browser, username) = (app.browser(), format!("nobody{number}"));
        async move {
            let reply = attempt(&browser, &username, "wrong password").await;
            (reply.status, !reply.header("retry-after").is_empty())
        }
    });
    let statuses = futures_util::future::join_all(guesses).await;
    let of = |wanted| i64::try_from(statuses.iter().filter(|found| **found == wanted).count()).unwrap();
    let (checked, busy) = (of((401, false)), of((503, true)));
    assert_eq!(checked + busy, 30, "{statuses:?}");
    assert!(checked >= 1 && busy >= 1, "{statuses:?}");
    assert_eq!(events(&app, "LOGIN_FAILURE").await, checked);
    let counted = "select coalesce(sum(attempts), 0)::bigint from auth.login_attempts";
    assert_eq!(count(&app, counted).await, checked);
    assert_eq!(attempt(&app.browser(), "ada", &ada.password).await.status, 303);
}
