//! A proxy that nobody named: everybody behind it would share the limits of one address.

use serde_json::Value;

use super::program::Signet;
use super::running::Running;
use crate::app::Browser;
use crate::support::database::TestDatabase;

const PROXIES: &str = "SIGNET_LISTEN__TRUSTED_PROXIES";

async fn finding(signet: &Signet) -> (i32, Value) {
    let ran = signet.run(&["doctor", "--json"]).await;
    let report: Value = serde_json::from_str(&ran.output).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    let found = findings.iter().find(|finding| finding["check"] == "proxies");
    (ran.code, found.expect("a finding").clone())
}

/// An https issuer with a plain listener has a proxy before it. If none is named, the doctor fails and the server warns.
#[tokio::test]
async fn a_proxy_that_nobody_named_is_missed() {
    let database = TestDatabase::new().await;
    let unnamed = Signet::on(&database).without(PROXIES);
    let (code, found) = finding(&unnamed).await;
    assert_eq!((code, &found["ok"]), (1, &Value::Bool(false)));
    let detail = found["detail"].as_str().expect("text");
    assert!(detail.contains("listen.trusted_proxies names none"), "{detail}");
    let server = Running::start(unnamed).await;
    let warned = server.logged("listen.trusted_proxies names none");
    assert_eq!(warned.len(), 1);
    assert_eq!(warned[0]["level"], "WARN");
    server.stop().await;
    let named = Signet::on(&database).with(PROXIES, "10.0.0.0/8,192.0.2.1");
    let (code, found) = finding(&named).await;
    assert_eq!((code, &found["ok"]), (0, &Value::Bool(true)), "{found}");
    let wrong = Signet::on(&database).with(PROXIES, "proxy.example");
    let (code, found) = finding(&wrong).await;
    assert_eq!((code, &found["ok"]), (1, &Value::Bool(false)), "{found}");
}

/// Somebody who is not trusted says whom they speak for: every time counts, the first is told.
#[tokio::test]
async fn whoever_forwards_without_trust_is_told_of_once() {
    let database = TestDatabase::new().await;
    let server = Running::start(Signet::on(&database).with(PROXIES, "192.0.2.1")).await;
    let browser = server.browser();
    for header in ["x-forwarded-for", "x-forwarded-for", "forwarded"] {
        let reply = browser.get_with("/", &[(header, "for=198.51.100.7")]).await;
        assert_eq!(reply.status, 200);
    }
    assert_eq!(browser.get("/").await.status, 200);
    let metrics = Browser::new(&format!("http://{}", server.internal))
        .get("/metrics")
        .await;
    assert!(
        metrics.body.contains("signet_http_untrusted_forwards_total 3\n"),
        "{}",
        metrics.body
    );
    let told = server.logged("no trusted proxy");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["peer"], "127.0.0.1");
    server.stop().await;
}
