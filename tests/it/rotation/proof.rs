//! The log of keys proves what was done, and whatever is done to it is found.

use std::time::Duration;

use super::desk::{an_app, drive, findings, go_on_to, kid, say};
use crate::app::TestApp;
use crate::attack::holdings::sql;
use crate::command_line::program::Signet;

async fn rotated() -> TestApp {
    let app = an_app().await;
    say(&app, "rotate").await;
    go_on_to(&app, "ES256", "activate").await;
    app.clock.advance(Duration::from_hours(2));
    drive(&app).await;
    assert_eq!(findings(&app).await, [""; 0]);
    app
}

async fn found(app: &TestApp, statement: &'static str, expected: &str) {
    sql(app, statement).await;
    let findings = findings(app).await;
    assert!(
        findings.iter().any(|finding| finding.contains(expected)),
        "{statement}: {findings:#?}"
    );
}

/// An entry that was altered is named, whether or not its hash was altered with it.
#[tokio::test]
async fn an_altered_entry_is_named() {
    let app = rotated().await;
    let alter = "update auth.key_log set entry = replace(entry, '\"wait_seconds\":600', '\"wait_seconds\":60') \
                 where sequence = (select min(sequence) from auth.key_log where entry like '%activated%')";
    found(&app, alter, "its hash is another entry's: it was altered").await;
    let all = findings(&app).await;
    assert!(
        all.iter().any(|finding| finding.contains("has not signed it")),
        "{all:#?}"
    );
    assert!(
        all.iter()
            .any(|finding| finding.contains("it does not follow the entry before it")),
        "{all:#?}"
    );
    let verified = Signet::on(&app.database).run(&["keys", "verify"]).await;
    assert_eq!(verified.code, 1);
    assert!(verified.output.contains("FAIL  entry "), "{}", verified.output);
}

/// An entry that was removed is named, in the middle and at the end.
#[tokio::test]
async fn a_removed_entry_is_named() {
    let app = rotated().await;
    found(
        &app,
        "delete from auth.key_log where sequence = 3",
        "entry 4: entry 3 before it is missing",
    )
    .await;
    let app = rotated().await;
    let end = "delete from auth.key_log where sequence = (select max(sequence) from auth.key_log)";
    found(&app, end, "the log's end removed").await;
}

/// An entry cannot be used twice, least of all one that let a key sign without a wait.
#[tokio::test]
async fn a_repeated_entry_is_named() {
    let app = rotated().await;
    let repeat = "alter table auth.key_log disable trigger key_log_follows; insert into auth.key_log \
                  select (select max(sequence) + 1 from auth.key_log), entry, hash, signed, countersigned \
                  from auth.key_log where sequence = 1";
    let because = "a key that waits for nothing stands at the log's beginning only";
    found(&app, repeat, because).await;
    let all = findings(&app).await;
    assert!(
        all.iter()
            .any(|finding| finding.contains("it was written as entry 1: it was moved")),
        "{all:#?}"
    );
}

/// Entries that changed places are named.
#[tokio::test]
async fn re_ordered_entries_are_named() {
    let app = rotated().await;
    let turn = "update auth.key_log set sequence = 1000 where sequence = 2; \
                update auth.key_log set sequence = 2 where sequence = 3; \
                update auth.key_log set sequence = 3 where sequence = 1000";
    found(&app, turn, "entry 2: it was written as entry 3: it was moved").await;
}

/// A key that signed before it might, a key that was added past the log, and one that was changed past it.
#[tokio::test]
async fn what_was_done_past_the_log_is_named() {
    let app = rotated().await;
    let early = "update auth.key_first_signatures set first_signed_at = first_signed_at - interval '1 hour' \
                 where kid in (select id from auth.jwks where status = 'active' and alg = 'ES256')";
    let active = kid(&app, "ES256", "active").await;
    found(&app, early, &format!("{active} signed at")).await;
    let app = rotated().await;
    let revive = "update auth.jwks set status = 'retiring' where status = 'retired' and alg = 'ES256'";
    found(&app, revive, "is retiring, and the log says retired").await;
    let app = rotated().await;
    let add = "insert into auth.jwks (id, alg, public_key, private_key_sealed, kek_id, status, created_at) \
               select 'added', alg, public_key, private_key_sealed, kek_id, 'retired', created_at \
               from auth.jwks where status = 'active' and alg = 'ES256'";
    found(&app, add, "the key added is in no entry").await;
}

/// The server itself can change or delete no entry.
#[tokio::test]
async fn the_server_cannot_change_the_log() {
    let app = TestApp::new().await;
    let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect(&app.database.url)
        .await
        .expect("connects");
    for statement in [
        "update auth.key_log set entry = ''",
        "delete from auth.key_log",
        "truncate auth.key_log",
    ] {
        let refused = sqlx::raw_sql(statement).execute(&mut connection).await;
        let refused = refused.expect_err(statement).to_string();
        assert!(refused.contains("permission denied"), "{refused}");
    }
}

/// The log of a database from before there was one begins with the keys that are there.
#[tokio::test]
async fn keys_from_before_the_log_are_taken_into_it() {
    let app = TestApp::new().await;
    sql(
        &app,
        "delete from auth.key_log; delete from auth.key_first_signatures; \
               delete from auth.jwks where status = 'next'",
    )
    .await;
    let active = kid(&app, "RS256", "active").await;
    let after = app.replica().await;
    assert_eq!(kid(&after, "RS256", "active").await, active);
    kid(&after, "RS256", "next").await;
    assert_eq!(findings(&after).await, [""; 0]);
}
