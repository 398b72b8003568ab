//! Where configuration comes from and what is refused in it.

use std::collections::BTreeMap;

use serde_json::Value;
use signet::config::SignetConfig;

use super::program::Signet;
use crate::support::database::TestDatabase;

const EXAMPLE: &str = include_str!("../../../signet.example.toml");

fn keys(prefix: &str, value: &Value, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                keys(&format!("{prefix}.{name}"), value, found);
            }
        }
        other => {
            found.insert(prefix.trim_start_matches('.').to_owned(), other.clone());
        }
    }
}

/// The example holds exactly the keys that there are, each with its default.
#[test]
fn the_example_holds_every_key_with_its_default() {
    let source = config::File::from_str(EXAMPLE, config::FileFormat::Toml);
    let read = config::Config::builder()
        .add_source(source)
        .build()
        .expect("TOML");
    let example: Value = read.clone().try_deserialize().expect("values");
    let settings: SignetConfig = read.try_deserialize().expect("the example is accepted");
    let (mut in_example, mut by_default) = (BTreeMap::new(), BTreeMap::new());
    keys("", &example, &mut in_example);
    keys(
        "",
        &serde_json::to_value(SignetConfig::default()).expect("JSON"),
        &mut by_default,
    );
    by_default.insert("issuer".to_owned(), Value::from("https://login.example.com"));
    assert_eq!(in_example, by_default);
    assert_eq!(settings.issuer, "https://login.example.com");
}

/// A misspelt key is an error that names it, not a setting that does nothing.
#[tokio::test]
async fn an_unknown_key_is_refused() {
    let database = TestDatabase::new().await;
    for (name, value, because) in [
        (
            "SIGNET_TOKENS__ACCESS_TOKEN_SECOND",
            "60",
            "[tokens] has no key `access_token_second`",
        ),
        (
            "SIGNET_TOKEN__CODE_SECONDS",
            "60",
            "the configuration has no key `token`",
        ),
        (
            "SIGNET_ISUER",
            "https://login.example.com",
            "the configuration has no key `isuer`",
        ),
        ("SIGNET_PORT", "8080", "the configuration has no key `port`"),
        ("SIGNET_TOKENS", "60", "[tokens] is a section"),
        (
            "SIGNET_ISSUER__HOST",
            "login.example.com",
            "`issuer` is a key and no section",
        ),
    ] {
        let ran = Signet::on(&database)
            .with(name, value)
            .run(&["client", "list"])
            .await;
        ran.assert_refused(&format!("the variable {name} is no setting: {because}"));
    }
    let file = crate::support::folder::folder().join(format!("{}-unknown.toml", std::process::id()));
    std::fs::write(&file, "[limits]\nlogin_attempt = 3\n").expect("written");
    let path = file.to_str().expect("UTF-8");
    let ran = Signet::on(&database)
        .run(&["--config", path, "client", "list"])
        .await;
    ran.assert_refused("login_attempt");
    std::fs::remove_file(&file).expect("removed");
}

/// A value outside its range is refused with the range.
#[tokio::test]
async fn a_value_out_of_range_is_refused() {
    let database = TestDatabase::new().await;
    for (name, value, because) in [
        ("SIGNET_TOKENS__ACCESS_TOKEN_SECONDS", "86400", "1 to 3600"),
        ("SIGNET_TOKENS__CODE_SECONDS", "0", "1 to 600"),
        ("SIGNET_TOKENS__REFRESH_GRACE_SECONDS", "3600", "0 to 300"),
        ("SIGNET_DATABASE__STATEMENT_TIMEOUT_MS", "0", "100 to 30000"),
        (
            "SIGNET_TOKENS__CODE_SECONDS",
            "soon",
            "the variable SIGNET_TOKENS__CODE_SECONDS cannot be read",
        ),
        (
            "SIGNET_LISTEN__PUBLIC",
            "8080",
            "the variable SIGNET_LISTEN__PUBLIC cannot be read",
        ),
    ] {
        let ran = Signet::on(&database)
            .with(name, value)
            .run(&["client", "list"])
            .await;
        ran.assert_refused(because);
    }
}

/// A variable wins over the file that `SIGNET_CONFIG` names; a URL can stand in a file of its own.
#[tokio::test]
async fn a_variable_wins_over_the_file() {
    let database = TestDatabase::new().await;
    let folder = crate::support::folder::folder();
    let named = |name: &str| folder.join(format!("{}-{name}", std::process::id()));
    let (settings, url) = (named("settings.toml"), named("url"));
    std::fs::write(
        &settings,
        "[database]\nurl = \"postgres://nobody@127.0.0.1:1/none\"\n",
    )
    .expect("written");
    std::fs::write(&url, format!("{}\n", database.url)).expect("written");
    let path = settings.to_str().expect("UTF-8");
    Signet::on(&database)
        .with("SIGNET_CONFIG", path)
        .json(&["client", "list"])
        .await;
    let from_file = Signet::on(&database)
        .with("SIGNET_DATABASE__URL", "")
        .with("SIGNET_DATABASE__URL_FILE", url.to_str().expect("UTF-8"));
    from_file.json(&["client", "list"]).await;
    for file in [settings, url] {
        std::fs::remove_file(file).expect("removed");
    }
}

/// Kubernetes tells every container of a namespace about a service called signet, in variables that look like ours.
#[tokio::test]
async fn what_kubernetes_says_of_a_service_is_left_aside() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database)
        .with("SIGNET_SERVICE_HOST", "10.96.0.7")
        .with("SIGNET_SERVICE_PORT", "8080")
        .with("SIGNET_SERVICE_PORT_HTTP", "8080")
        .with("SIGNET_PORT", "tcp://10.96.0.7:8080")
        .with("SIGNET_PORT_8080_TCP", "tcp://10.96.0.7:8080")
        .with("SIGNET_PORT_8080_TCP_PROTO", "tcp")
        .with("SIGNET_PORT_8080_TCP_PORT", "8080")
        .with("SIGNET_PORT_8080_TCP_ADDR", "10.96.0.7")
        .with("SIGNET_POSTGRES_PORT", "tcp://10.96.0.8:5432");
    signet.json(&["client", "list"]).await;
}

/// What the build tells the program is in its environment when `cargo run` starts it, as `./dev` does: it must not look
/// like a setting.
#[test]
fn the_build_tells_nothing_that_looks_like_a_setting() {
    assert!(!include_str!("../../../build/version.rs").contains("rustc-env=SIGNET_"));
}
