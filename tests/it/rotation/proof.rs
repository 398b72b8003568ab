//! The log of keys proves what was done, and whatever is done to it is found.

use std::time::Duration;

use super::desk::{an_app, drive, findings, go_on_to, kid, say, told};
use crate::app::TestApp;
use crate::attack::evidence::count;
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

/// The server can neither take back nor alter that a key has signed; what is over goes by a function that leaves each
/// key's first signature.
#[tokio::test]
async fn the_server_takes_no_first_signature_back() {
    let app = an_app().await;
    app.clock.advance(Duration::from_hours(1));
    let other = app.replica().await;
    let notes = "select count(*) from auth.key_first_signatures";
    assert_eq!(count(&other, notes).await, 9, "of three keys, and three starts");
    let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect(&app.database.url)
        .await
        .expect("connects");
    for statement in [
        "delete from auth.key_first_signatures",
        "update auth.key_first_signatures set first_signed_at = 'infinity'",
        "truncate auth.key_first_signatures",
    ] {
        let refused = sqlx::raw_sql(statement).execute(&mut connection).await;
        let refused = refused.expect_err(statement).to_string();
        assert!(refused.contains("permission denied"), "{refused}");
    }
    let expire = "select auth.expire_first_signatures('infinity', 1000)";
    sqlx::raw_sql(expire)
        .execute(&mut connection)
        .await
        .expect("it may");
    let first =
        "select count(*) from auth.key_first_signatures where first_signed_at = '2027-01-15T08:00:00Z'";
    assert_eq!(count(&app, notes).await, 3);
    assert_eq!(count(&app, first).await, 3);
    app.clock.advance(Duration::from_hours(31 * 24));
    signet::jobs::cleanup::sweep(&app.app).await.expect("clean");
    assert_eq!(count(&app, notes).await, 3);
}

/// Whoever wrote down the hash of an entry sees whether the log still has it.
#[tokio::test]
async fn a_log_that_was_written_anew_lacks_a_hash_that_was_kept() {
    let app = an_app().await;
    let head = say(&app, "status").await["head"]
        .as_str()
        .expect("a hash")
        .to_owned();
    assert_eq!(say(&app, "verify").await["head"], head);
    say(&app, "rotate --alg ES256").await;
    go_on_to(&app, "ES256", "activate").await;
    let proof = say(&app, &format!("verify --contains {head}")).await;
    assert_eq!(
        (&proof["contains"], &proof["sound"]),
        (&true.into(), &true.into())
    );
    sql(
        &app,
        "delete from auth.key_log; delete from auth.key_first_signatures",
    )
    .await;
    let unbegun = say(&app, "verify").await;
    assert_eq!(unbegun["sound"], false);
    let because = unbegun["findings"][0].as_str().expect("text");
    assert!(because.contains("the key log has not begun"), "{because}");
    app.replica().await;
    assert_eq!(findings(&app).await, [""; 0]);
    let proof = say(&app, &format!("verify --contains {head}")).await;
    assert_eq!(
        (&proof["contains"], &proof["sound"]),
        (&false.into(), &false.into())
    );
    assert!(
        told(&app, &format!("verify --contains {head}"))
            .await
            .contains("was written anew")
    );
}

/// A key that a server of an older version added past the log is taken into it, which the proof says; it does not stay a
/// finding for ever.
#[tokio::test]
async fn a_key_that_was_added_past_the_log_is_taken_into_it_and_told() {
    let app = an_app().await;
    let last = "delete from auth.key_log where sequence = (select max(sequence) from auth.key_log)";
    found(&app, last, "is in no entry").await;
    say(&app, "rotate --alg ES256").await;
    assert_eq!(findings(&app).await, [""; 0]);
    let proof = say(&app, "verify").await;
    assert_eq!(proof["late"].as_array().expect("names").len(), 1, "{proof}");
    assert!(told(&app, "verify").await.contains("was added past the log"));
}

/// An entry is of the time at which it is written, whoever writes it.
#[tokio::test]
async fn the_server_adds_no_entry_of_another_time() {
    let app = TestApp::new().await;
    let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect(&app.database.url)
        .await
        .expect("connects");
    for (at, is_taken) in [
        ("'2027-01-15T07:59:59Z'", false),
        ("'2099-01-01T00:00:00Z'", false),
        ("'soon'", false),
        ("null", false),
        ("'2027-01-15T08:00:00Z'", true),
    ] {
        let statement = format!(
            "insert into auth.key_log (sequence, entry, hash) \
             select sequence + 1, json_build_object('sequence', sequence + 1, 'at', {at}::text, 'previous', \
             rtrim(translate(encode(hash, 'base64'), '+/', '-_'), '='))::text, hash \
             from auth.key_log order by sequence desc limit 1"
        );
        let added = sqlx::query(sqlx::AssertSqlSafe(statement))
            .execute(&mut connection)
            .await;
        assert_eq!(added.is_ok(), is_taken, "{at}: {added:?}");
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
    drive(&after).await;
    kid(&after, "RS256", "next").await;
    assert_eq!(findings(&after).await, [""; 0]);
}

/// VA-02: the whole old row of a revoked key that is put back opens, and is not believed: the log outside of it knows more.
/// The proof names it.
#[tokio::test]
async fn va_02_an_old_row_of_a_revoked_key_is_not_believed() {
    let app = an_app().await;
    let next = kid(&app, "ES256", "next").await;
    sql(
        &app,
        "create table auth.kept as select * from auth.jwks where alg = 'ES256' and status = 'next'",
    )
    .await;
    say(&app, &format!("revoke {next}")).await;
    sql(
        &app,
        "delete from auth.jwks j using auth.kept k where j.id = k.id; insert into auth.jwks select * from auth.kept",
    )
    .await;
    assert_eq!(kid(&app, "ES256", "next").await, next, "the row is what it was");
    assert!(app.app.refresh("keys").await);
    let keys = app.app.token_issuer().keys.current();
    assert!(!keys.published().contains(&next) && !keys.opened().contains(&next));
    let findings = findings(&app).await;
    assert!(
        findings.iter().any(|finding| finding.contains(&next)),
        "{findings:#?}"
    );
}
