//! `signet serve`: with whom it refuses to start, and how it ends.

use std::time::Duration;

use signet::dev::database::mark_development;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::program::Signet;
use crate::app::Browser;
use crate::support::database::TestDatabase;

fn server(database: &TestDatabase) -> Signet {
    Signet::on(database)
        .with("SIGNET_LISTEN__PUBLIC", "127.0.0.1:0")
        .with("SIGNET_LISTEN__INTERNAL", "127.0.0.1:0")
}

/// contracts.md section 2: a role that row-level security would not bind is refused, in tests too.
#[tokio::test]
async fn a_role_with_too_many_rights_is_refused() {
    let database = TestDatabase::new().await;
    let signet = server(&database);
    let superuser = signet.with("SIGNET_DATABASE__URL", &database.admin_url);
    superuser.run(&["serve"]).await.assert_refused("is a superuser");
    superuser
        .run(&["client", "list"])
        .await
        .assert_refused("is a superuser");
    let owner = superuser.with("SIGNET_DATABASE__URL", &database.owner_url);
    owner.run(&["serve"]).await.assert_refused("owns the schema");
}

/// Demo accounts and keys that everybody may know are not served.
#[tokio::test]
async fn what_is_for_development_is_refused() {
    let database = TestDatabase::new().await;
    let file = crate::support::folder::folder().join(format!("{}-dev.kek", std::process::id()));
    std::fs::write(&file, "dev-1:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\n").expect("written");
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .expect("permissions");
    let with_key = server(&database).with("SIGNET_SEALING__KEK_FILES", file.to_str().expect("UTF-8"));
    with_key.run(&["serve"]).await.assert_refused("starts with dev-");
    std::fs::remove_file(&file).expect("removed");
    mark_development(&database.owner_url).await.expect("marked");
    server(&database)
        .run(&["serve"])
        .await
        .assert_refused("signet dev");
}

/// A key that others can read is no key; half a TLS configuration is none.
#[tokio::test]
async fn half_a_configuration_is_refused() {
    let database = TestDatabase::new().await;
    server(&database)
        .with("SIGNET_TLS__CERTIFICATE", "/etc/hostname")
        .run(&["serve"])
        .await
        .assert_refused("tls.key");
    server(&database)
        .with("SIGNET_SEALING__KEK_FILES", "")
        .run(&["serve"])
        .await
        .assert_refused("sealing");
    server(&database)
        .with("SIGNET_ISSUER", "")
        .run(&["serve"])
        .await
        .assert_refused("issuer");
    server(&database)
        .with("SIGNET_ISSUER", "http://login.example.com")
        .run(&["serve"])
        .await
        .assert_refused("issuer");
}

/// The whole of it: starts, is live and ready, answers, and ends with code 0 when asked to.
#[tokio::test]
async fn the_server_serves_until_it_is_asked_to_stop() {
    let database = TestDatabase::new().await;
    let mut process = server(&database)
        .with("SIGNET_LOG__FORMAT", "json")
        .command(&["serve"])
        .spawn()
        .expect("the program runs");
    let mut lines = BufReader::new(process.stderr.take().expect("a pipe")).lines();
    let listening = loop {
        let line = lines
            .next_line()
            .await
            .expect("text")
            .expect("it says where it listens");
        let line: serde_json::Value = serde_json::from_str(&line).expect("a line is JSON");
        if line["message"] == "listening" {
            break line;
        }
    };
    let at = |name: &str| {
        Browser::new(&format!(
            "http://{}",
            listening[name].as_str().expect("an address")
        ))
    };
    let (public, internal) = (at("public"), at("internal"));
    assert_eq!(internal.get("/health/live").await.status, 200);
    assert_eq!(internal.get("/health/ready").await.status, 200);
    let metadata = public.get("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["issuer"], "https://login.example.com");
    // The internal paths are not on the public listener.
    assert_eq!(public.get("/metrics").await.status, 404);
    assert_eq!(public.get("/health/live").await.status, 404);
    let numbers = internal.get("/metrics").await.body;
    let counted = r#"signet_http_requests_total{route="/.well-known/openid-configuration",method="GET",status="200"} 1"#;
    assert!(numbers.contains(counted), "{numbers}");
    assert!(
        numbers.contains(r#"route="unmatched",method="GET",status="404"} 2"#),
        "{numbers}"
    );
    assert!(
        numbers.contains("signet_http_request_duration_seconds_bucket"),
        "{numbers}"
    );
    let id = process.id().expect("it runs");
    let id = rustix::process::Pid::from_raw(i32::try_from(id).expect("a process id")).expect("a process id");
    rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("asked");
    drop((public, internal));
    let ended = tokio::time::timeout(Duration::from_secs(30), process.wait())
        .await
        .expect("it ends");
    assert_eq!(ended.expect("a status").code(), Some(0));
}
