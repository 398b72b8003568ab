//! `signet migrate` and `signet doctor`.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::program::Signet;
use crate::support::database::TestDatabase;

/// The statements for a database administrator are printed, complete and without a secret; nothing is done.
#[tokio::test]
async fn the_statements_for_an_administrator_are_printed() {
    let database = TestDatabase::new().await;
    let ran = Signet::on(&database).run(&["migrate", "--print"]).await;
    assert_eq!(ran.code, 0, "{}", ran.errors);
    for role in ["signet_owner", "signet_app", "signet_hook", "signet_maintenance"] {
        assert!(ran.output.contains(&format!("create role {role}")), "{role}");
    }
    assert!(ran.output.contains("revoke all on database"));
    assert!(ran.output.lines().all(|line| line.trim_end().ends_with(';')));
    assert!(!ran.output.to_lowercase().contains("bypassrls"));
    assert!(!ran.output.to_lowercase().contains("password"));
    let mut admin = database.admin().await;
    sqlx::raw_sql(AssertSqlSafe(ran.output))
        .execute(&mut admin)
        .await
        .expect("they run as printed");
}

/// From an empty database to a served schema, twice: the second time nothing happens.
#[tokio::test]
async fn an_empty_database_is_bootstrapped_and_migrated() {
    let database = TestDatabase::new().await;
    let name = format!("empty_{}", std::process::id());
    let mut admin = database.admin().await;
    sqlx::query(AssertSqlSafe(format!("create database {name}")))
        .execute(&mut admin)
        .await
        .expect("made");
    admin.close().await.expect("closed");
    let current: String = database
        .url
        .rsplit('/')
        .next()
        .expect("a path")
        .split('?')
        .next()
        .expect("a name")
        .to_owned();
    let moved = |url: &str| url.replace(&current, &name);
    let empty = TestDatabase {
        url: moved(&database.url),
        hook_url: moved(&database.hook_url),
        admin_url: moved(&database.admin_url),
        owner_url: moved(&database.owner_url),
    };
    let signet = Signet::on(&empty);
    signet
        .run(&["client", "list"])
        .await
        .assert_refused("signet migrate");
    for _ in 0..2 {
        let ran = signet.run(&["migrate", "--bootstrap", &empty.admin_url]).await;
        assert_eq!(ran.code, 0, "{}", ran.errors);
        assert!(ran.output.contains("schema: at version"), "{}", ran.output);
    }
    assert_eq!(
        signet.json(&["client", "list"]).await["clients"],
        serde_json::json!([])
    );
    let mut owner = PgConnection::connect(&empty.owner_url)
        .await
        .expect("the owner may connect");
    let extra: i64 = sqlx::query_scalar(
        "select count(*) from pg_roles where rolname like 'signet%' and (rolsuper or rolbypassrls)",
    )
    .fetch_one(&mut owner)
    .await
    .expect("a count");
    assert_eq!(extra, 0);
}

/// Everything is well: exit code 0. Something is not: 1, and what it is.
#[tokio::test]
async fn the_doctor_says_what_is_wrong_by_its_exit_code() {
    let database = TestDatabase::new().await;
    let well = Signet::on(&database).run(&["doctor", "--json"]).await;
    assert_eq!(well.code, 0, "{} {}", well.output, well.errors);
    let report: serde_json::Value = serde_json::from_str(&well.output).expect("JSON");
    let names: Vec<&str> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| finding["check"].as_str().expect("text"))
        .collect();
    assert_eq!(
        names,
        [
            "issuer", "tls", "proxies", "sealing", "database", "schema", "platform", "hook", "keys"
        ]
    );
    for (name, value, check) in [
        ("SIGNET_ISSUER", "http://127.0.0.1:8080", "issuer"),
        ("SIGNET_ISSUER", "login.example.com", "issuer"),
        ("SIGNET_LISTEN__PUBLIC", "0.0.0.0:8080", "tls"),
        ("SIGNET_TLS__CERTIFICATE", "/no/such/file", "tls"),
        ("SIGNET_SEALING__KEK_FILES", "/no/such/file", "sealing"),
        ("SIGNET_DATABASE__URL", database.admin_url.as_str(), "database"),
        ("SIGNET_DATABASE__URL", "", "database"),
    ] {
        let ran = Signet::on(&database)
            .with(name, value)
            .run(&["doctor", "--json"])
            .await;
        assert_eq!(ran.code, 1, "{name}={value}: {}", ran.output);
        let report: serde_json::Value = serde_json::from_str(&ran.output).expect("JSON");
        let failed = report["findings"].as_array().expect("findings").iter();
        let failed: Vec<_> = failed
            .filter(|finding| finding["ok"] == false)
            .map(|finding| finding["check"].clone())
            .collect();
        assert_eq!(failed, [check], "{name}={value}");
    }
}

/// A schema of a newer build: `migrate` says whose it is and what to do; everything else works on.
#[tokio::test]
async fn a_database_of_a_newer_build_is_told_in_words() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    let mut admin = database.admin().await;
    sqlx::query(
        "insert into public._sqlx_migrations (version, description, success, checksum, execution_time)
         values (9001, 'later', true, '', 0)",
    )
    .execute(&mut admin)
    .await
    .expect("noted");
    let refused = signet.run(&["migrate"]).await;
    refused.assert_refused("migrated by a newer signet: it has migration 9001");
    assert!(!refused.errors.contains("resolved"), "{}", refused.errors);
    let doctor = signet.run(&["doctor"]).await;
    assert_eq!(doctor.code, 0, "{}", doctor.output);
    assert_eq!(signet.run(&["client", "list"]).await.code, 0);
    sqlx::query("update public._sqlx_migrations set checksum = '' where version = 3")
        .execute(&mut admin)
        .await
        .expect("changed");
    sqlx::query("delete from public._sqlx_migrations where version = 9001")
        .execute(&mut admin)
        .await
        .expect("gone");
    signet.run(&["migrate"]).await.assert_refused("another build");
}
