//! Key-encryption keys that cannot be meant, each with a sentence that names the id (attacks VA-03).

use signet::app::{App, AppError, Injected};
use signet::config::SealingSettings;
use signet::sealing::Keyring;

use super::desk::{FIRST, SECOND, an_app, another, changed_to, follow, key_file, of_lines, say, try_kek};
use crate::app::TestApp;
use crate::attack::holdings::sql;
use crate::command_line::program::Signet;
use crate::support::database::TestDatabase;

async fn start(app: &TestApp, sealing: SealingSettings) -> Result<App, AppError> {
    let mut config = app.app.config().clone();
    config.sealing = sealing;
    App::build(config, Injected::default()).await
}

async fn refusal(app: &TestApp, lines: &[&str]) -> String {
    let refused = start(app, of_lines(lines)).await;
    let mut error: &dyn std::error::Error = &refused.err().expect("no start");
    let mut told = error.to_string();
    while let Some(source) = error.source() {
        told = format!("{told}: {source}");
        error = source;
    }
    told
}

/// 31 bytes, nothing but zeros, none at all: no start, and the id is named.
#[tokio::test]
async fn va_03_a_key_that_is_none_stops_the_start_and_is_named() {
    let app = an_app(&[FIRST]).await;
    for (line, told) in [
        (
            "prod-9:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw==",
            "prod-9 is not base64 of 32 bytes",
        ),
        (
            "prod-9:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "prod-9 is all zero",
        ),
        ("# nothing", "no key-encryption key is given"),
    ] {
        let refused = refusal(&app, &[line]).await;
        assert!(refused.contains(told), "{refused}");
    }
    let none = start(&app, SealingSettings::default())
        .await
        .err()
        .expect("no key");
    assert!(none.to_string().contains("keys/README.md"), "{none}");
}

/// A known id with other bytes is another key that has stolen a name: neither a start nor `add` takes it.
#[tokio::test]
async fn va_03_a_known_id_with_other_bytes_is_refused_by_name() {
    let app = an_app(&[FIRST, SECOND]).await;
    changed_to(&app, "test-2").await;
    let other = SECOND.replace("AgID", "CQID");
    let refused = refusal(&app, &[FIRST, &other]).await;
    assert!(
        refused.contains("the key-encryption key test-2 of this configuration is"),
        "{refused}"
    );
    assert!(refused.contains("is known by this id"), "{refused}");
    let added = try_kek(&app, &of_lines(&[FIRST, &other]), "add test-2").await;
    let added = added.expect_err("another key");
    assert!(added.contains("an id is never given to another key"), "{added}");
    let doctor = Signet::on(&app.database)
        .with(
            "SIGNET_SEALING__KEK_FILES",
            key_file(&[FIRST, &other]).to_str().expect("UTF-8"),
        )
        .run(&["doctor"])
        .await;
    assert!(doctor.output.contains("keks.refused"), "{}", doctor.output);
    assert!(doctor.output.contains("test-2"), "{}", doctor.output);
}

/// The one of two that seals is missing: no start, by id and fingerprint.
#[tokio::test]
async fn va_03_without_the_key_that_seals_nothing_starts() {
    let app = an_app(&[FIRST, SECOND]).await;
    changed_to(&app, "test-2").await;
    let refused = refusal(&app, &[FIRST]).await;
    assert!(refused.contains("the key-encryption key test-2 ("), "{refused}");
    assert!(
        refused.contains("which seals, is not in this configuration"),
        "{refused}"
    );
}

/// One of two keys is missing, and rows need it: no start, by id, with the rows. Who says that it is lost starts with what
/// can be opened, and start, replica, `kek status` and doctor say which rows cannot.
#[tokio::test]
async fn va_03_one_of_two_keys_is_missing() {
    let app = an_app(&[FIRST, SECOND]).await;
    follow(&app).await;
    say(&app, "add test-2").await;
    sql(
        &app,
        "insert into auth.server_secrets (purpose, number, sealed, kek_id, created_at)
         values ('csrf', 2, '\\x01', 'test-2', now())",
    )
    .await;
    let refused = refusal(&app, &[FIRST]).await;
    assert!(
        refused.contains(
            "the key-encryption key test-2, which 1 rows of auth.server_secrets need, is not in this"
        ),
        "{refused}"
    );
    assert!(refused.contains("sealing.lost_keks = [\"test-2\"]"), "{refused}");
    let partly = another(&app, |config| {
        config.sealing = SealingSettings {
            lost_keks: vec!["test-2".to_owned()],
            ..of_lines(&[FIRST])
        };
    })
    .await;
    let keys = partly.app.token_issuer().keys.current();
    let unopened = &keys.unopened()[0];
    assert_eq!(unopened.row, "csrf.2");
    assert!(
        unopened.reason.contains("test-2 is not loaded"),
        "{}",
        unopened.reason
    );
    partly.app.report_holdings().await.expect("reported");
    let status = try_kek(&app, &of_lines(&[FIRST]), "status")
        .await
        .expect("a status");
    let problems = status["problems"].to_string();
    assert!(
        problems.contains("test-2 is not in this configuration, and rows need it"),
        "{problems}"
    );
    assert!(problems.contains("cannot open csrf.2"), "{problems}");
    let doctor = Signet::on(&app.database).run(&["doctor"]).await;
    assert!(doctor.output.contains("keks.missing"), "{}", doctor.output);
    assert!(doctor.output.contains("test-2"), "{}", doctor.output);
}

/// A row that does not open is named by a re-key, which does all others, and holds the removal up.
#[tokio::test]
async fn a_re_key_names_what_does_not_open_and_does_the_rest() {
    let app = an_app(&[FIRST, SECOND]).await;
    follow(&app).await;
    say(&app, "add test-2").await;
    follow(&app).await;
    say(&app, "activate test-2").await;
    follow(&app).await;
    sql(
        &app,
        "update auth.server_secrets set sealed = sealed || '\\x00' where purpose = 'csrf'",
    )
    .await;
    let report = say(&app, "rekey --batch 1").await;
    assert_eq!(report["remaining"], 1, "{report}");
    assert_eq!(report["unopened"][0]["row"], "csrf.1");
    let refused = super::desk::try_say(&app, "remove test-1")
        .await
        .expect_err("a row");
    assert!(refused.contains("1 rows of auth.server_secrets"), "{refused}");
}

/// Keys may come in a variable that configuration names; one that is not there is named.
#[tokio::test]
async fn keys_come_from_a_variable_too() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database)
        .without("SIGNET_SEALING__KEK_FILES")
        .with("SIGNET_SEALING__KEK_VARIABLES", "PROD_KEKS");
    signet.run(&["kek", "status"]).await.assert_refused("PROD_KEKS");
    let signet = signet.with("PROD_KEKS", &format!("{SECOND}\n{FIRST}\n"));
    let added = signet.json(&["kek", "add", "test-2"]).await;
    assert!(added["changes"].to_string().contains("environment"), "{added}");
    let status = signet.run(&["kek", "status"]).await;
    assert!(
        status.output.contains("test-2") && status.output.contains("active"),
        "{}",
        status.output
    );
    signet
        .with("PROD_KEKS", "test-2:AAAA")
        .run(&["kek", "status"])
        .await
        .assert_refused("test-2");
    assert!(Keyring::from_text(SECOND).is_ok());
}
