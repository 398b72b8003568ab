//! A log that is damaged, or that begins late, stops no emergency and no server.

use std::time::Duration;

use signet::app::{App, Injected};

use super::desk::{an_app, drive, findings, kid, say, try_keys};
use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::attack::holdings::sql;

/// Text that is no entry in the place of the last one.
const ALTER: &str =
    "update auth.key_log set entry = 'altered' where sequence = (select max(sequence) from auth.key_log)";
/// The last entry is of ten years later.
const AHEAD: &str = "update auth.key_log set entry = replace(entry, '\"at\":\"2027', '\"at\":\"2037') \
                     where sequence = (select max(sequence) from auth.key_log)";
/// The last entry has the last number there is.
const FULL: &str = "update auth.key_log set sequence = 9223372036854775807 \
                    where sequence = (select max(sequence) from auth.key_log)";

/// Whatever was done to the last entry, a key that has leaked is revoked, and whoever revokes it hears of the log.
#[tokio::test]
async fn a_damaged_log_stops_no_revocation() {
    for (damage, because) in [
        (ALTER, "cannot be read"),
        (AHEAD, "is yet to come"),
        (FULL, "the last number"),
    ] {
        let app = an_app().await;
        let (active, next) = (
            kid(&app, "ES256", "active").await,
            kid(&app, "ES256", "next").await,
        );
        sql(&app, damage).await;
        let told = say(&app, &format!("revoke {active}")).await;
        let warning = told["warning"].as_str().expect("a warning");
        assert!(warning.contains(because), "{warning}");
        assert_eq!(kid(&app, "ES256", "active").await, next);
        assert!(app.app.refresh("keys").await);
        assert_ne!(findings(&app).await, [""; 0], "the proof finds the damage");
    }
}

/// Steps that can wait do, while the log says a time that is yet to come: no key is older by it. A server starts.
#[tokio::test]
async fn an_entry_from_the_future_holds_steps_up_and_moves_no_time() {
    let app = an_app().await;
    let (active, spare) = (
        kid(&app, "ES256", "active").await,
        kid(&app, "RS256", "next").await,
    );
    sql(&app, AHEAD).await;
    let refused = try_keys(&app, "rotate").await.expect_err("a damaged log");
    assert!(refused.contains("is yet to come"), "{refused}");
    say(&app, &format!("revoke {spare}")).await;
    app.replica().await;
    assert_eq!(kid(&app, "ES256", "active").await, active);
    let list = say(&app, "list").await;
    let mut keys = list["keys"].as_array().expect("keys").iter();
    assert!(
        keys.all(|key| key["published_at"]
            .as_str()
            .is_some_and(|at| at.starts_with("2027"))),
        "{list}"
    );
}

/// An entry that cannot be read holds nothing up.
#[tokio::test]
async fn an_entry_that_cannot_be_read_holds_no_rotation_up() {
    let app = an_app().await;
    let next = kid(&app, "ES256", "next").await;
    sql(&app, ALTER).await;
    say(&app, "rotate --alg ES256").await;
    app.clock.advance(Duration::from_mins(10));
    drive(&app).await;
    assert_eq!(kid(&app, "ES256", "active").await, next);
}

/// Whoever has the server's password adds no entry that does not follow the last one.
#[tokio::test]
async fn the_server_adds_entries_at_the_end_only() {
    let app = TestApp::new().await;
    let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect(&app.database.url)
        .await
        .expect("connects");
    let whole = "from auth.key_log order by sequence desc limit 1";
    for values in [
        "9223372036854775807, '{\"sequence\": 9223372036854775807}', hash",
        "sequence + 1, '{}', hash",
        "sequence + 1, 'text', hash",
        "sequence + 1, json_build_object('sequence', sequence + 1, 'previous', 'another')::text, hash",
        "sequence + 2, replace(entry, '\"sequence\":' || sequence, '\"sequence\":' || sequence + 2), hash",
    ] {
        let statement = format!("insert into auth.key_log (sequence, entry, hash) select {values} {whole}");
        let refused = sqlx::query(sqlx::AssertSqlSafe(statement))
            .execute(&mut connection)
            .await;
        refused.expect_err(values);
    }
    assert_eq!(findings(&app).await, [""; 0]);
}

/// Whoever changes keys first begins the log, also before a server of this version has started.
#[tokio::test]
async fn a_command_before_the_first_start_begins_the_log() {
    for words in ["rotate", "revoke"] {
        let app = an_app().await;
        let next = kid(&app, "ES256", "next").await;
        sql(&app, "delete from auth.key_log").await;
        let words = if words == "revoke" {
            format!("revoke {next}")
        } else {
            words.to_owned()
        };
        say(&app, &words).await;
        assert_eq!(findings(&app).await, [""; 0], "{words}");
        app.replica().await;
        assert_eq!(findings(&app).await, [""; 0], "{words}");
    }
}

/// Keys that were published before the first server started keep nobody from the first keys, which sign at once.
#[tokio::test]
async fn a_command_on_an_empty_database_leaves_the_first_keys_to_the_server() {
    let app = an_app().await;
    let empty = "delete from auth.key_log; delete from auth.key_first_signatures; delete from auth.jwks";
    sql(&app, empty).await;
    say(&app, "rotate").await;
    let next = kid(&app, "ES256", "next").await;
    app.replica().await;
    kid(&app, "RS256", "active").await;
    kid(&app, "ES256", "active").await;
    assert_eq!(kid(&app, "ES256", "next").await, next);
    assert_eq!(findings(&app).await, [""; 0]);
}

/// A key that does not open when the log begins is taken into it, and the proof says that it vouches for nothing.
#[tokio::test]
async fn a_lost_key_is_taken_into_the_log_by_name() {
    let app = an_app().await;
    sql(
        &app,
        "delete from auth.key_log; update auth.jwks set kek_id = 'lost' where alg = 'ES256' and status = 'active'",
    )
    .await;
    app.replica().await;
    assert_eq!(findings(&app).await, [""; 0]);
    let proof = say(&app, "verify").await;
    assert_eq!(
        proof["unvouched"].as_array().expect("entries").len(),
        1,
        "{proof}"
    );
}

/// Whoever starts with other key-encryption keys than the installation's neither begins the log nor publishes a key.
#[tokio::test]
async fn a_server_with_the_wrong_key_encryption_keys_changes_nothing() {
    let app = an_app().await;
    sql(
        &app,
        "delete from auth.key_log; delete from auth.jwks where status = 'next'; update auth.jwks set kek_id = 'lost'",
    )
    .await;
    let started = App::build(app.app.config().clone(), Injected::default()).await;
    assert!(started.is_err(), "not one key opens");
    assert_eq!(count(&app, "select count(*) from auth.key_log").await, 0);
    assert_eq!(
        count(&app, "select count(*) from auth.jwks where status = 'next'").await,
        0
    );
}

/// A next key that has leaked is revoked although the active one does not open.
#[tokio::test]
async fn an_emergency_does_not_depend_on_the_other_keys_signature() {
    let app = an_app().await;
    let next = kid(&app, "ES256", "next").await;
    sql(
        &app,
        "update auth.jwks set kek_id = 'lost' where alg = 'ES256' and status = 'active'",
    )
    .await;
    say(&app, &format!("revoke {next}")).await;
    assert_eq!(kid(&app, "ES256", "revoked").await, next);
    assert_eq!(findings(&app).await, [""; 0]);
    let proof = say(&app, "verify").await;
    assert_eq!(
        proof["unvouched"].as_array().expect("entries").len(),
        1,
        "{proof}"
    );
}
