//! `signet keys …` at a test's own time.

use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use serde_json::Value;
use signet::cli::keys::{self, KeyDesk, KeysCommand};
use signet::config::{SignetConfig, SigningSettings};
use signet::jobs::key_rotation;

use crate::app::TestApp;
use crate::fixtures::actor::operator;

#[derive(Parser)]
#[command(no_binary_name = true)]
struct Words {
    #[command(subcommand)]
    command: KeysCommand,
}

/// What a command answers as JSON, or why it refuses.
pub async fn try_keys(app: &TestApp, words: &str) -> Result<Value, String> {
    try_with(app, app.app.config(), words).await
}

/// What a command answers as JSON that was given another configuration than the server.
pub async fn say_with(app: &TestApp, config: &SignetConfig, words: &str) -> Value {
    try_with(app, config, words).await.expect("an answer")
}

async fn try_with(app: &TestApp, config: &SignetConfig, words: &str) -> Result<Value, String> {
    let command = Words::try_parse_from(words.split(' '))
        .expect("a command")
        .command;
    let actor = operator();
    let desk = KeyDesk {
        config,
        keyring: app.app.keyring(),
        begin: async || Ok(app.work_as(&actor).await),
    };
    match keys::run(command, &desk).await {
        Ok(report) => Ok(serde_json::to_value(&report).expect("JSON")),
        Err(error) => Err(format!("{error:#}")),
    }
}

/// What a command answers as JSON.
pub async fn say(app: &TestApp, words: &str) -> Value {
    try_keys(app, words)
        .await
        .unwrap_or_else(|error| panic!("{words}: {error}"))
}

/// What a command answers people.
pub async fn told(app: &TestApp, words: &str) -> String {
    let command = Words::try_parse_from(words.split(' '))
        .expect("a command")
        .command;
    let actor = operator();
    let desk = KeyDesk {
        config: app.app.config(),
        keyring: app.app.keyring(),
        begin: async || Ok(app.work_as(&actor).await),
    };
    keys::run(command, &desk).await.expect("an answer").to_string()
}

/// A server whose keys sign ten minutes after they are published.
pub async fn an_app() -> TestApp {
    TestApp::with(quick).await
}

/// The same, whose rotations wait for these verifiers.
pub async fn an_app_that_waits_for(listed: &[&str]) -> TestApp {
    TestApp::with(|config| {
        quick(config);
        config.keys.verifiers = listed.iter().map(ToString::to_string).collect();
    })
    .await
}

/// Another replica of it.
pub async fn another(app: &TestApp) -> TestApp {
    TestApp::on(app.database.again(), Arc::clone(&app.clock), quick).await
}

/// Another server on its database, after the same time, with other algorithms, and one round of its driver; it is the only
/// one that is heard of.
pub async fn another_with(app: &TestApp, change: impl FnOnce(&mut SigningSettings)) -> TestApp {
    let issuer = app.issuer.clone();
    let another = TestApp::on(app.database.again(), Arc::clone(&app.clock), |config| {
        quick(config);
        config.issuer = issuer;
        change(&mut config.signing);
    })
    .await;
    drive(&another).await;
    another
}

/// An RSA key of 3072 bits: to make one takes long.
pub const RSA_3072: &str = include_str!("../fixtures/keys/rsa3072.pem");
/// One of 4096.
pub const RSA_4096: &str = include_str!("../fixtures/keys/rsa4096.pem");

/// Short times.
pub fn quick(config: &mut SignetConfig) {
    config.keys.published_seconds = 600;
}

/// One round of the driver, after which the server holds what the database does.
pub async fn drive(app: &TestApp) {
    key_rotation::drive(&app.app).await.expect("a round");
    assert!(app.app.refresh("keys").await);
}

/// How long it is until a step of an algorithm is safe.
pub async fn until(app: &TestApp, alg: &str, step: &str) -> Duration {
    let status = say(app, "status").await;
    let steps = status["steps"].as_array().expect("steps");
    let wanted = steps.iter().find(|one| one["alg"] == alg && one["step"] == step);
    let earliest = wanted.unwrap_or_else(|| panic!("no {step} of {alg}: {status}"))["earliest_at"].clone();
    let earliest: signet::base::clock::Timestamp = serde_json::from_value(earliest).expect("a time");
    let now = signet::base::clock::Clock::now(&*app.clock);
    (earliest - now).to_std().unwrap_or(Duration::ZERO)
}

/// Time passes until a round of the driver does this step of an algorithm.
pub async fn go_on_to(app: &TestApp, alg: &str, step: &str) {
    app.clock.advance(until(app, alg, step).await);
    drive(app).await;
}

/// The `kid` of an algorithm's key in a state.
pub async fn kid(app: &TestApp, alg: &str, state: &str) -> String {
    let list = say(app, "list").await;
    let keys = list["keys"].as_array().expect("keys");
    let key = keys.iter().find(|key| key["alg"] == alg && key["state"] == state);
    key.unwrap_or_else(|| panic!("no {state} {alg}: {list}"))["kid"]
        .as_str()
        .expect("a name")
        .to_owned()
}

/// The names of the published keys.
pub async fn published(app: &TestApp) -> Vec<String> {
    let set = app.browser().get("/.well-known/jwks.json").await.json();
    let keys = set["keys"].as_array().expect("keys");
    keys.iter()
        .map(|key| key["kid"].as_str().expect("a name").to_owned())
        .collect()
}

/// What the proof finds.
pub async fn findings(app: &TestApp) -> Vec<String> {
    let proof = say(app, "verify").await;
    let findings = proof["findings"].as_array().expect("findings");
    findings
        .iter()
        .map(|finding| finding.as_str().expect("text").to_owned())
        .collect()
}
