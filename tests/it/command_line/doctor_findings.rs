//! What `signet doctor` finds, by its id: each is provoked.

use std::collections::BTreeSet;

use serde_json::Value;
use sqlx::AssertSqlSafe;

use super::program::Signet;
use super::running::Running;
use crate::app::TestApp;
use crate::support::database::{EmptyDatabase, TestDatabase};

/// The exit code, and the ids of what was found.
pub async fn found(signet: &Signet) -> (i32, BTreeSet<String>) {
    let ran = signet.run(&["doctor", "--json"]).await;
    let report: Value =
        serde_json::from_str(&ran.output).unwrap_or_else(|error| panic!("{error}: {}", ran.errors));
    let findings = report["findings"].as_array().expect("findings").iter();
    let ids = findings.filter_map(|finding| {
        let id = finding["id"].as_str()?;
        assert!(
            id.starts_with(finding["check"].as_str().expect("a check")),
            "{finding}"
        );
        Some(id.to_owned())
    });
    (ran.code, ids.collect())
}

/// Asserts what is found, and no more.
pub async fn assert_found(signet: &Signet, code: i32, id: &str) {
    assert_all_found(signet, code, &[id]).await;
}

/// Asserts what is found, where one thing follows from another.
pub async fn assert_all_found(signet: &Signet, code: i32, ids: &[&str]) {
    let ids = ids.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(found(signet).await, (code, ids));
}

async fn sql(database: &TestDatabase, statements: &str) {
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
        .execute(&mut database.admin().await)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

/// What configuration says wrongly.
#[tokio::test]
async fn the_doctor_names_what_is_configured_wrongly() {
    let database = TestDatabase::new().await;
    for (name, value, code, id) in [
        ("SIGNET_ISSUER", "login.example.com", 1, "issuer.invalid"),
        ("SIGNET_ISSUER", "http://127.0.0.1:8080", 1, "issuer.insecure"),
        ("SIGNET_LISTEN__PUBLIC", "0.0.0.0:8080", 1, "tls.missing"),
        ("SIGNET_TLS__CERTIFICATE", "/no/such/file", 1, "tls.unusable"),
        (
            "SIGNET_LISTEN__TRUSTED_PROXIES",
            "proxy.example",
            1,
            "proxies.invalid",
        ),
        (
            "SIGNET_SEALING__KEK_FILES",
            "/no/such/file",
            1,
            "sealing.unusable",
        ),
        ("SIGNET_DATABASE__URL", "", 1, "database.unconfigured"),
        ("SIGNET_DATABASE__URL", &database.admin_url, 1, "database.role"),
        (
            "SIGNET_DATABASE__URL",
            "postgres://signet_app@127.0.0.1:1/signet",
            1,
            "database.unreachable",
        ),
        (
            "SIGNET_DATABASE__HOOK_URL",
            "postgres://signet_hook@db.example.com/signet",
            0,
            "database.unverified",
        ),
    ] {
        assert_found(&Signet::on(&database).with(name, value), code, id).await;
    }
    let unnamed = Signet::on(&database).without("SIGNET_LISTEN__TRUSTED_PROXIES");
    assert_found(&unnamed, 1, "proxies.unnamed").await;
}

/// What is wrong with a database that no server has started in.
#[tokio::test]
async fn the_doctor_names_what_is_wrong_with_a_database() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    sql(&database, "revoke select on auth.replicas from signet_app").await;
    assert_found(&signet, 1, "database.failed").await;
    let empty = EmptyDatabase::new().await;
    let url = empty.url("signet_app").await;
    assert_found(&signet.with("SIGNET_DATABASE__URL", &url), 1, "schema.behind").await;
}

/// A database that lies elsewhere than it was written to may have been restored; whoever looks says what it was.
#[tokio::test]
async fn the_doctor_notices_a_database_that_was_restored() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    sql(&database, "select auth.note_place(false)").await;
    assert_eq!(found(&signet).await, (0, BTreeSet::new()));
    for part in 1..=3 {
        sql(
            &database,
            &format!("update auth.platform set place[{part}] = '7'"),
        )
        .await;
        assert_found(&signet, 1, "restore.unconfirmed").await;
        signet.json(&["backup-epoch", "keep"]).await;
        assert_eq!(found(&signet).await, (0, BTreeSet::new()));
    }
    sql(&database, "update auth.platform set place[4] = '00000099'").await;
    assert_found(&signet, 0, "restore.recovered").await;
    signet.json(&["backup-epoch", "bump", "--yes"]).await;
    assert_eq!(found(&signet).await, (0, BTreeSet::new()));
}

/// What is wrong with signing keys, and what they wait for.
#[tokio::test]
async fn the_doctor_names_what_is_wrong_with_signing_keys() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    Running::start(Signet::on(&database)).await.stop().await;
    assert_eq!(found(&signet).await, (0, BTreeSet::new()));
    let waiting = signet.with("SIGNET_KEYS__VERIFIERS", "shop");
    waiting.json(&["keys", "rotate", "--alg", "ES256"]).await;
    sql(
        &database,
        "update auth.jwks set published_at = '2020-01-01', created_at = '2020-01-01' where alg = 'ES256'",
    )
    .await;
    assert_found(&waiting, 0, "keys.held-up").await;
    let signet = waiting.without("SIGNET_KEYS__VERIFIERS");
    let told = signet.run(&["doctor"]).await.output;
    assert!(told.contains("ES256: ") && told.contains("; next is "), "{told}");
    sql(
        &database,
        "delete from auth.jwks where status = 'next' and alg = 'RS256'",
    )
    .await;
    assert_found(&signet, 0, "keys.next-missing").await;
    sql(
        &database,
        "update auth.jwks set kek_id = 'lost' where alg = 'EdDSA'",
    )
    .await;
    assert_all_found(&signet, 1, &["keks.missing", "keys.unopened"]).await;
}

/// Replicas that cannot do what this configuration could.
#[tokio::test]
async fn the_doctor_compares_replicas() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    app.app.report_holdings().await.expect("reported");
    sql(
        &app.database,
        "update auth.replicas set reported_at = clock_timestamp()",
    )
    .await;
    assert_eq!(found(&signet).await, (0, BTreeSet::new()));
    for (change, code, id) in [
        ("version = '0.0.1'", 0, "replica.other-version"),
        ("keks = '[]'", 1, "replica.other-keys"),
        (
            r#"unopened = '[{"row": "hook x", "reason": "its key is lost"}]'"#,
            1,
            "replica.unopened",
        ),
    ] {
        sql(&app.database, &format!("update auth.replicas set {change}")).await;
        assert_found(&signet, code, id).await;
    }
}

/// What is well has nothing to be looked up; what `signet dev` makes is one finding.
#[tokio::test]
async fn what_is_well_has_no_id_and_development_has_one() {
    let database = TestDatabase::new().await;
    let report = Signet::on(&database).json(&["doctor"]).await;
    let findings = report["findings"].as_array().expect("findings");
    assert!(
        findings.iter().all(|finding| finding.get("id").is_none()),
        "{report}"
    );
    sql(&database, "update auth.platform set development = true").await;
    let http = Signet::on(&database).with("SIGNET_ISSUER", "http://127.0.0.1:8080");
    assert_found(&http, 1, "development").await;
}

/// VA-06: a key that has sealed half as often as it may is told of, long before it seals nothing more.
#[tokio::test]
async fn va_06_the_doctor_names_a_worn_key_encryption_key() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    Running::start(Signet::on(&database)).await.stop().await;
    let half = "insert into auth.kek_uses (kek_id, seals) values ('test-1', 2147483647)
        on conflict (kek_id) do update set seals = excluded.seals";
    sql(&database, half).await;
    assert_eq!(found(&signet).await, (0, BTreeSet::new()));
    sql(&database, "update auth.kek_uses set seals = seals + 1").await;
    assert_found(&signet, 1, "keks.worn").await;
    sql(&database, "update auth.kek_uses set seals = 4294967296").await;
    let refused = signet.run(&["keys", "rotate", "--alg", "ES256"]).await;
    assert_eq!(refused.code, 0, "nothing is sealed: {}", refused.errors);
    sql(
        &database,
        "delete from auth.jwks where status = 'next' and alg = 'ES256'",
    )
    .await;
    let refused = signet.run(&["keys", "rotate", "--alg", "ES256"]).await;
    refused.assert_refused("test-1 has sealed 2^32 times and seals nothing more");
}
