//! `signet kek …` on a test's server, and key files.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use clap::Parser;
use serde_json::Value;
use signet::base::clock::Clock as _;
use signet::cli::kek::{self, KekCommand, KekDesk};
use signet::config::{SealingSettings, SignetConfig};
use signet::sealing::{Keyring, data_key};

use crate::app::TestApp;
use crate::fixtures::actor::operator;
use crate::support::folder::folder;

/// The key of every test's server.
pub const FIRST: &str = "test-1:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
/// Another one.
pub const SECOND: &str = "test-2:AgIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";

#[derive(Parser)]
#[command(no_binary_name = true)]
struct Words {
    #[command(subcommand)]
    command: KekCommand,
}

/// A file with these lines, of a kind that is accepted.
pub fn key_file(lines: &[&str]) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = folder().join(format!("{}-{number}-test.kek", std::process::id()));
    std::fs::write(&path, lines.join("\n")).expect("writable");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("permissions");
    path
}

/// Files with these lines as configuration.
pub fn of_lines(lines: &[&str]) -> SealingSettings {
    SealingSettings {
        kek_files: vec![key_file(lines)],
        ..SealingSettings::default()
    }
}

/// A server with these keys.
pub async fn an_app(lines: &[&str]) -> TestApp {
    TestApp::with(|config| config.sealing = of_lines(lines)).await
}

/// Another replica of it, with other keys.
pub async fn another(app: &TestApp, change: impl FnOnce(&mut SignetConfig)) -> TestApp {
    TestApp::on(app.database.again(), Arc::clone(&app.clock), change).await
}

/// What a command answers as JSON with the keys of this configuration, or why it refuses.
pub async fn try_kek(app: &TestApp, sealing: &SealingSettings, words: &str) -> Result<Value, String> {
    let command = Words::try_parse_from(words.split(' '))
        .expect("a command")
        .command;
    let keyring = Keyring::load(sealing).expect("keys");
    let mut work = app.work().await;
    let followed = signet::kek::follow(work.connection().expect("a connection"), &keyring)
        .await
        .expect("followed");
    work.commit().await.expect("committed");
    data_key::provide(&keyring, &followed.wrapped, std::time::Instant::now()).await;
    let actor = operator();
    let desk = KekDesk {
        keyring: &keyring,
        begin: async || Ok(app.work_as(&actor).await),
    };
    match kek::run(command, &desk).await {
        Ok(report) => Ok(serde_json::to_value(&report).expect("JSON")),
        Err(error) => Err(format!("{error:#}")),
    }
}

/// The same with the keys of this server.
pub async fn try_say(app: &TestApp, words: &str) -> Result<Value, String> {
    try_kek(app, &app.app.config().sealing, words).await
}

/// What a command answers as JSON.
pub async fn say(app: &TestApp, words: &str) -> Value {
    try_say(app, words)
        .await
        .unwrap_or_else(|error| panic!("{words}: {error}"))
}

/// A replica follows what the database says, and reports it.
pub async fn follow(app: &TestApp) {
    assert!(app.app.refresh("keks").await);
    app.app
        .provide_data_keys(std::time::Instant::now())
        .await
        .expect("the database answers");
    app.refresh_caches().await;
    app.app.report_holdings().await.expect("reported");
}

/// A key that was made known and seals everything.
pub async fn changed_to(app: &TestApp, id: &str) {
    follow(app).await;
    say(app, &format!("add {id}")).await;
    follow(app).await;
    say(app, &format!("activate {id}")).await;
    follow(app).await;
    let report = say(app, "rekey").await;
    assert_eq!(report["remaining"], 0, "{report}");
    follow(app).await;
}

/// How many rows need each key, as `id table rows`.
pub fn needs(status: &Value) -> Vec<String> {
    let mut needs = Vec::new();
    for kek in status["keks"].as_array().expect("keys") {
        for of in kek["rows"].as_array().expect("rows") {
            let text = |value: &Value| value.as_str().expect("text").to_owned();
            needs.push(format!("{} {}", text(&kek["id"]), text(&of["table"])));
        }
    }
    needs
}

/// The day of a test's server.
pub fn today(app: &TestApp) -> String {
    app.clock.now().format("%Y-%m-%d").to_string()
}
