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

/// A misspelt key is an error, not a setting that does nothing.
#[tokio::test]
async fn an_unknown_key_is_refused() {
    let database = TestDatabase::new().await;
    for (name, value) in [
        ("SIGNET_TOKENS__ACCESS_TOKEN_SECOND", "60"),
        ("SIGNET_TOKEN__CODE_SECONDS", "60"),
        ("SIGNET_ISUER", "https://login.example.com"),
    ] {
        let ran = Signet::on(&database)
            .with(name, value)
            .run(&["client", "list"])
            .await;
        ran.assert_refused("unknown field");
    }
    let file = std::env::temp_dir()
        .join("signet-tests")
        .join(format!("{}-unknown.toml", std::process::id()));
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
        ("SIGNET_TOKENS__CODE_SECONDS", "soon", "code_seconds"),
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
    let folder = std::env::temp_dir().join("signet-tests");
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
