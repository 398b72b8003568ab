//! `signet migrate`, and how `signet database prepare` ends.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::sync::Mutex;

use super::program::Signet;
use crate::support::database::{EmptyDatabase, TestDatabase};

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
    let _alone = BOOTSTRAP.lock().await;
    let mut admin = database.admin().await;
    sqlx::raw_sql(AssertSqlSafe(ran.output))
        .execute(&mut admin)
        .await
        .expect("they run as printed");
}

/// They need no configuration: the database is named, or it is signet.
#[tokio::test]
async fn the_printed_statements_take_a_databases_name() {
    let signet = Signet::unconfigured();
    for (arguments, database) in [
        (vec!["migrate", "--print"], "\"signet\""),
        (vec!["migrate", "--print", "Log in"], "\"Log in\""),
        (
            vec![
                "migrate",
                "--print",
                "--bootstrap",
                "postgres://admin@db.example.com/shop",
            ],
            "\"shop\"",
        ),
    ] {
        let ran = signet.run(&arguments).await;
        assert_eq!(ran.code, 0, "{}", ran.errors);
        for line in [
            format!("create database {database} encoding"),
            format!("revoke all on database {database} from public;"),
        ] {
            assert!(ran.output.contains(&line), "{line}: {}", ran.output);
        }
    }
}

/// Roles are the cluster's: two that change them at once would hinder each other.
static BOOTSTRAP: Mutex<()> = Mutex::const_new(());

/// A database that there is not yet, and its URL for a role.
async fn nowhere(name: &str) -> impl Fn(&str) -> String {
    let there = EmptyDatabase::new().await;
    let url = there.url("ROLE").await;
    let name = format!("{name}_{}", there.name);
    move |role| url.replace(&there.name, &name).replace("ROLE", role)
}

/// README, "Run it": without a configuration, from nothing to roles and no further; then the schema, as the owner. The
/// second time nothing happens.
#[tokio::test]
async fn a_bootstrap_makes_database_and_roles_and_no_schema() {
    let _alone = BOOTSTRAP.lock().await;
    let url = nowhere("fresh").await;
    let unconfigured = Signet::unconfigured();
    for said in ["was made", "is there"] {
        let ran = unconfigured
            .run(&["migrate", "--bootstrap", &url("postgres")])
            .await;
        assert_eq!(ran.code, 0, "{}", ran.errors);
        assert!(
            ran.output.contains(said) && ran.output.contains("signet migrate"),
            "{}",
            ran.output
        );
    }
    let signet = Signet::on(&TestDatabase {
        url: url("signet_app"),
        hook_url: url("signet_hook"),
        admin_url: url("postgres"),
        owner_url: url("signet_owner"),
        kept: None,
    });
    signet
        .run(&["client", "list"])
        .await
        .assert_refused("run `signet migrate`");
    unconfigured
        .run(&["migrate"])
        .await
        .assert_refused("database.owner_url is not set");
    for _ in 0..2 {
        let ran = signet.run(&["migrate"]).await;
        assert_eq!(ran.code, 0, "{}", ran.errors);
        assert!(ran.output.starts_with("schema: at version"), "{}", ran.output);
    }
    assert_eq!(
        signet.json(&["client", "list"]).await["clients"],
        serde_json::json!([])
    );
    let mut owner = PgConnection::connect(&url("signet_owner"))
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

/// A managed database's administrator makes roles and databases and is no superuser; one who may not is told what to ask
/// for, and one whose URL names no database of signet's touches none.
#[tokio::test]
async fn a_bootstrap_says_which_right_is_missing() {
    let _alone = BOOTSTRAP.lock().await;
    let url = nowhere("managed").await;
    let name = url("")
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .split('?')
        .next()
        .unwrap_or_default()
        .to_owned();
    let database = TestDatabase::new().await;
    let mut admin = database.admin().await;
    let roles = format!(
        "create role {name}_manager login createrole createdb;
         grant signet_owner, signet_app, signet_hook, signet_maintenance to {name}_manager with admin option;
         create role {name}_clerk login"
    );
    sqlx::raw_sql(AssertSqlSafe(roles))
        .execute(&mut admin)
        .await
        .expect("made");
    let signet = Signet::unconfigured();
    let clerk = url(&format!("{name}_clerk"));
    let refused = signet.run(&["migrate", "--bootstrap", &clerk]).await;
    refused.assert_refused("this role may not make one: have it made");
    let manager = url(&format!("{name}_manager"));
    let ran = signet.run(&["migrate", "--bootstrap", &manager]).await;
    assert_eq!(ran.code, 0, "{}", ran.errors);
    let owner = signet.with("SIGNET_DATABASE__OWNER_URL", &url("signet_owner"));
    assert_eq!(owner.run(&["migrate"]).await.code, 0);
    for (url, because) in [
        (
            url("postgres").replace(&name, "postgres"),
            "postgres is PostgreSQL's own database",
        ),
        ("postgres://admin@db.example.com".to_owned(), "names no database"),
        (
            "db.example.com/signet".to_owned(),
            "the database URL cannot be read",
        ),
    ] {
        let refused = owner.run(&["migrate", "--bootstrap", &url]).await;
        refused.assert_refused(because);
    }
}

/// What PostgreSQL says is told without the line of its own source, which looks like one of ours.
#[tokio::test]
async fn no_error_names_a_line_of_postgresqls_source() {
    let url = nowhere("missing").await;
    let signet = Signet::unconfigured()
        .with("SIGNET_DATABASE__OWNER_URL", &url("signet_owner"))
        .with("SIGNET_DATABASE__URL", &url("signet_app"));
    for arguments in [&["migrate"][..], &["client", "list"], &["doctor"]] {
        let ran = signet.run(arguments).await;
        let told = format!("{}{}", ran.output, ran.errors);
        assert!(told.contains("does not exist"), "{told}");
        assert!(!told.contains("at line"), "{told}");
    }
}

/// It ends though its standard input stays open, and PostgreSQL has ended before it.
#[tokio::test]
async fn a_prepared_database_ends_when_it_is_asked_to() {
    let folder = std::env::temp_dir().join(format!("signet-prepare-{}", std::process::id()));
    let mut process = Signet::unconfigured()
        .with("PATH", "/usr/bin:/bin")
        .command(&[
            "database",
            "prepare",
            "--data-dir",
            folder.to_str().expect("UTF-8"),
        ])
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::inherit())
        .spawn()
        .expect("the program runs");
    let input = process.stdin.take();
    let mut lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
    let url = lines
        .next_line()
        .await
        .expect("text")
        .expect("it says where it is");
    PgConnection::connect(&url).await.expect("it answers");
    let id = i32::try_from(process.id().expect("it runs")).expect("a process id");
    kill_process(Pid::from_raw(id).expect("a process id"), Signal::TERM).expect("asked");
    let ended = tokio::time::timeout(Duration::from_secs(30), process.wait())
        .await
        .expect("it ends");
    assert_eq!(ended.expect("a status").code(), Some(0));
    assert!(PgConnection::connect(&url).await.is_err(), "PostgreSQL has ended");
    assert!(!folder.join("pg/postmaster.pid").exists());
    drop(input);
    std::fs::remove_dir_all(&folder).expect("removed");
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
