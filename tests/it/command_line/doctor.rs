//! `signet doctor`.

use std::os::unix::fs::PermissionsExt as _;

use signet::dev::database::mark_development;

use super::doctor_findings::assert_found;
use super::program::Signet;
use crate::support::database::TestDatabase;

/// A file with a key as `signet dev` makes it.
fn development_key(name: &str) -> String {
    let file = crate::support::folder::folder().join(format!("{}-doctor-{name}.kek", std::process::id()));
    std::fs::write(&file, "dev-1:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\n").expect("written");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("permissions");
    file.to_str().expect("UTF-8").to_owned()
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
            "issuer", "tls", "proxies", "mail", "sealing", "database", "pooler", "schema", "platform",
            "restore", "keks", "hook", "keys", "queue", "queue", "replica"
        ]
    );
    let development_key = development_key("sound");
    let sealed = Signet::on(&database).with("SIGNET_SEALING__KEK_FILES", &development_key);
    assert_found(&sealed, 1, "sealing.development-key").await;
}

/// What `signet dev` makes differs from a server's in several ways, which are one: it is for development.
#[tokio::test]
async fn a_development_configuration_is_told_once() {
    let database = TestDatabase::new().await;
    mark_development(&database.owner_url).await.expect("marked");
    let key = development_key("development");
    let signet = Signet::on(&database)
        .with("SIGNET_ISSUER", "http://localhost:8080")
        .with("SIGNET_SEALING__KEK_FILES", &key);
    let ran = signet.run(&["doctor"]).await;
    assert_eq!(ran.code, 1, "no server for others: {}", ran.output);
    let failed: Vec<&str> = ran
        .output
        .lines()
        .filter(|line| line.starts_with("FAIL"))
        .collect();
    assert_eq!(
        failed,
        [
            "FAIL  development             this is development (issuer, sealing, platform): `signet dev` serves it on this machine, \
          `signet serve` refuses it"
        ]
    );
    assert!(ran.output.contains("ok    schema"), "{}", ran.output);
    // The same while `signet dev` does not run: then the key says it.
    let asleep = signet.with("SIGNET_DATABASE__URL", "postgres://signet_app@127.0.0.1:1/signet");
    let ran = asleep.run(&["doctor", "--json"]).await;
    let report: serde_json::Value = serde_json::from_str(&ran.output).expect("JSON");
    let failed = report["findings"].as_array().expect("findings").iter();
    let failed: Vec<&str> = failed
        .filter(|finding| finding["ok"] == false)
        .map(|finding| finding["check"].as_str().expect("text"))
        .collect();
    assert_eq!(failed, ["development", "database"]);
    std::fs::remove_file(key).expect("removed");
}
