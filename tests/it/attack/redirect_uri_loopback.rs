//! RU-02: a loopback address over HTTP.

use super::evidence::assert_error_page;
use crate::app::TestApp;
use crate::fixtures::a_client;

/// RU-02; RFC 8252 §7.3, §8.3: of a native client's loopback address the port may differ, nothing else.
#[tokio::test]
async fn ru_02_only_the_port_of_a_loopback_address_may_differ() {
    let app = TestApp::new().await;
    let native = a_client("native")
        .public()
        .redirect_uri("http://127.0.0.1/cb")
        .create(&app)
        .await;
    let six = a_client("six")
        .public()
        .redirect_uri("http://[::1]:9/cb")
        .create(&app)
        .await;
    let browser = app.browser();
    for (client, uri) in [
        (&native, "http://127.0.0.1:49152/cb"),
        (&native, "http://127.0.0.1/cb"),
        (&six, "http://[::1]:49152/cb"),
        (&six, "http://[::1]/cb"),
    ] {
        let url = app
            .relying_party(client)
            .authorization_url(&[("redirect_uri", uri)]);
        let reply = browser.get(&url).await;
        assert_eq!(reply.location().path(), "/login", "{uri}");
    }
    for uri in [
        "http://127.0.0.1:49152/other",
        "http://127.0.0.1:49152/cb/",
        "http://127.0.0.1:49152/cb?x=1",
        "http://127.0.0.1:49152/CB",
        "https://127.0.0.1:49152/cb",
        "http://127.0.0.2:49152/cb",
        "http://127.1:49152/cb",
        "http://0x7f.1:49152/cb",
        "http://2130706433:49152/cb",
        "http://0177.0.0.1/cb",
        "http://[::ffff:127.0.0.1]:49152/cb",
        "http://[::1]:49152/cb",
        "http://localhost:49152/cb",
        "http://localhost.evil.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.0.0.1@evil.example/cb",
        "http://127.0.0.1:80@evil.example/cb",
        "http://evil.example@127.0.0.1/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:+80/cb",
        "http://127.0.0.1: 80/cb",
        "http://127.0.0.1:80#/cb",
        "http://127.0.0.1\\@evil.example/cb",
        "http://0.0.0.0:80/cb",
    ] {
        let url = app
            .relying_party(&native)
            .authorization_url(&[("redirect_uri", uri)]);
        assert_error_page(&browser.get(&url).await);
    }
}

/// RU-02: the name `localhost` has that freedom on a device only, and is not the address.
#[tokio::test]
async fn ru_02_the_name_localhost_has_any_port_on_a_device_only() {
    let app = TestApp::new().await;
    let named = a_client("named")
        .public()
        .redirect_uri("http://localhost:80/cb")
        .create(&app)
        .await;
    let browser = app.browser();
    for uri in ["http://localhost:81/cb", "http://localhost/cb"] {
        let url = app
            .relying_party(&named)
            .authorization_url(&[("redirect_uri", uri)]);
        assert_eq!(browser.get(&url).await.location().path(), "/login", "{uri}");
    }
    let web = a_client("web")
        .redirect_uri("http://localhost:80/cb")
        .create(&app)
        .await;
    for (client, uri) in [
        (&web, "http://localhost:81/cb"),
        (&web, "http://localhost/cb"),
        (&web, "http://127.0.0.1:80/cb"),
        (&named, "http://127.0.0.1:80/cb"),
        (&named, "http://localhost:80/other"),
        (&named, "http://localhost:80@evil.example/cb"),
        (&named, "http://localhost.evil.example/cb"),
    ] {
        let url = app
            .relying_party(client)
            .authorization_url(&[("redirect_uri", uri)]);
        assert_error_page(&browser.get(&url).await);
    }
}
