//! `signet queue …`, and what the doctor says of it.

use sqlx::AssertSqlSafe;

use super::doctor_findings::{assert_all_found, assert_found};
use super::program::Signet;
use crate::app::TestApp;
use crate::fixtures::mail::{a_reset, mailed};
use crate::support::database::TestDatabase;
use crate::support::mailbox::Manner;

/// An operator sees what was given up and why, without a secret, and settles it.
#[tokio::test]
async fn an_operator_looks_at_dead_letters_and_replays_one() {
    let app = TestApp::new().await;
    app.mailbox().set(Manner::Refuses);
    mailed(&app, "ada@example.test", a_reset(&app)).await;
    app.run_queue().await;
    let signet = Signet::on(&app.database);
    let shown = signet.run(&["queue", "list", "--dead"]).await;
    assert_eq!(shown.code, 0, "{}", shown.errors);
    for words in [
        "password_reset to ada@example.test (en)",
        "550 5.1.1 no such user",
    ] {
        assert!(shown.output.contains(words), "{}", shown.output);
    }
    assert!(!shown.output.contains("SECRET"), "{}", shown.output);
    let listed = signet.json(&["queue", "list", "--dead", "--kind", "mail"]).await;
    let id = listed["jobs"][0]["job_id"].as_str().expect("an id");
    assert_eq!(signet.json(&["queue", "replay", id]).await["jobs"], 1);
    let waits = signet.json(&["queue", "show", id]).await;
    assert_eq!(
        (&waits["attempts"], &waits["dead_at"]),
        (&0.into(), &serde_json::Value::Null)
    );
    assert_eq!(signet.json(&["queue", "drop", id]).await["done"], "dropped");
    signet
        .run(&["queue", "show", id])
        .await
        .assert_refused("there is no job");
}

async fn sql(database: &TestDatabase, statement: &str) {
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))
        .execute(&mut database.admin().await)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

/// Mail that cannot leave, what was given up, and what nobody does.
#[tokio::test]
async fn the_doctor_names_mail_that_does_not_leave_and_jobs_that_nobody_does() {
    let database = TestDatabase::new().await;
    let smtp = Signet::on(&database)
        .with("SIGNET_MAIL__TRANSPORT", "smtp")
        .with("SIGNET_MAIL__FROM", "login@example.com")
        .with("SIGNET_MAIL__SMTP__HOST", "127.0.0.1")
        .with("SIGNET_MAIL__SMTP__PORT", "1")
        .with("SIGNET_MAIL__SMTP__SECURITY", "none");
    assert_found(&smtp, 0, "mail.unreachable").await;
    let unusable = smtp
        .with("SIGNET_MAIL__SMTP__SECURITY", "starttls")
        .with("SIGNET_MAIL__SMTP__CA_FILE", "/no/such/file");
    assert_found(&unusable, 1, "mail.unusable").await;
    let signet = Signet::on(&database);
    let job = |id: &str, dead: &str| {
        format!(
            "insert into auth.queue (id, kind, key, queued_at, next_attempt_at, dead_at)
             values ('{id}', 'mail', '{id}', now() - interval '1 hour', now(), {dead})"
        )
    };
    sql(&database, &job("one", "now()")).await;
    assert_found(&signet, 0, "queue.dead").await;
    sql(&database, &job("two", "null")).await;
    assert_all_found(&signet, 0, &["queue.dead", "queue.behind"]).await;
}
