//! Attacks on where an answer goes: RU-03, RU-04.

use serde_json::json;
use signet::client::{Change, ClientType, NewClient};

use super::evidence::{assert_error_page, codes, signed_in};
use crate::app::TestApp;
use crate::app::relying_party::VERIFIER;
use crate::fixtures::{a_client, a_person};

/// RU-03; RFC 9700 §2.1, RFC 8252 §7.1: what a browser would run, what anybody on the way could read and what can be
/// read in two ways is never registered, for whatever type of client, nor as an address after logout.
#[test]
fn ru_03_dangerous_addresses_cannot_be_registered() {
    for uri in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "\u{1}javascript:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "DATA:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://app.example.com/x",
        "about:blank",
        "ftp://app.example.com/cb",
        "ws://app.example.com/cb",
        "myapp:/cb",
        "http://app.example.com/cb",
        "HTTP://app.example.com/cb",
        "http://192.168.0.1/cb",
        "http://0.0.0.0/cb",
        "http://[::ffff:127.0.0.1]/cb",
        "http://localhost.evil.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.0.0.1@evil.example/cb",
        "https://*.example.com/cb",
        "https://app.example.com/*",
        "https://app.example.com/cb#",
        "https://app.example.com/cb#fragment",
        "https://user@app.example.com/cb",
        "https://user:password@app.example.com/cb",
        "https://@app.example.com/cb",
        "https://:@app.example.com/cb",
        "https:app.example.com/cb",
        "https:/app.example.com/cb",
        "https:///app.example.com/cb",
        "https:\\\\app.example.com/cb",
        "HTTPS://app.example.com/cb",
        "https://b\u{fc}cher.example/cb",
        "https://app.example.com/c b",
        "https://app.example.com/cb\r\nx",
        "//app.example.com/cb",
        "/cb",
        "cb",
        "https://",
        "https:",
        "",
    ] {
        for client_type in [ClientType::Web, ClientType::Native, ClientType::Spa] {
            let register = |field: &str, uris: &[&str]| {
                let asked = json!({
                    "client_name": "App", "type": client_type, "redirect_uris": ["https://app.example.com/cb"],
                });
                let fields = asked.as_object().cloned().unwrap();
                let list = Change::new([(field.to_owned(), json!(uris))].into_iter().collect())?;
                NewClient::parse("app", Change::new(fields)?.and(list).create()?)
            };
            let good = "https://app.example.com/cb";
            assert!(register("redirect_uris", &[good]).is_ok());
            for (field, uris) in [
                ("redirect_uris", vec![good, uri]),
                ("post_logout_redirect_uris", vec![uri]),
            ] {
                assert!(
                    register(field, &uris).is_err(),
                    "{field} {uri:?} for {client_type:?}"
                );
            }
        }
    }
}

/// RU-04; RFC 9700 §4.11.2: no other error makes an unproven address good enough to redirect to.
#[tokio::test]
async fn ru_04_no_error_goes_to_an_unproven_address() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let two = a_client("two")
        .with(|registration| registration.redirect_uris = vec![])
        .redirect_uri("https://two.example.com/cb");
    let two = app.relying_party(&two.create(&app).await);
    let browser = signed_in(&app, &relying_party, &ada).await;
    let issued = codes(&app).await;
    let evil = ("redirect_uri", "https://evil.example/cb");
    for other in [
        ("prompt", "none"),
        ("prompt", "none login"),
        ("scope", "unknown"),
        ("response_type", "token"),
        ("response_mode", "form_post"),
        ("response_mode", "fragment"),
        ("code_challenge_method", "plain"),
        ("request", "x"),
        ("max_age", "x"),
        ("resource", "https://unknown.example"),
    ] {
        for redirect in [
            evil,
            ("redirect_uri", "javascript:alert(1)"),
            ("redirect_uri", &two.client.redirect_uri),
        ] {
            assert_error_page(
                &browser
                    .get(&relying_party.authorization_url(&[redirect, other]))
                    .await,
            );
        }
        for client_id in ["unknown", "", "web%00", "WEB"] {
            let url = relying_party.authorization_url(&[("client_id", client_id), other]);
            assert_error_page(&browser.get(&url).await);
        }
    }
    assert_eq!(codes(&app).await, issued);
}

/// RU-04; RFC 6749 §3.1.2.3: with several registered addresses the request names one.
#[tokio::test]
async fn ru_04_a_missing_address_is_not_guessed() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let mut admin = app.database.admin().await;
    sqlx::query(
        "update auth.oauth_applications
         set metadata = jsonb_insert(metadata, '{redirect_uris, 0}', '\"https://web.example.com/two\"')",
    )
    .execute(&mut admin)
    .await
    .unwrap();
    app.refresh_caches().await;
    let url = relying_party.authorization_url(&[("redirect_uri", ""), ("prompt", "none")]);
    assert_error_page(&app.browser().get(&url).await);
}

/// RU-04; RFC 6749 §4.1.3: the token request names the address of the authorization request, or nothing is issued;
/// a wrong guess does not use the code up.
#[tokio::test]
async fn ru_04_a_code_is_redeemed_with_its_own_address() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let code = relying_party.code(&app, &ada, &[]).await;
    let registered = relying_party.client.redirect_uri.clone();
    let longer = format!("{registered}/");
    let request = async |redirect_uri: &str| {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("code_verifier", VERIFIER),
            ("redirect_uri", redirect_uri),
        ];
        relying_party.token(&fields).await
    };
    for wrong in [
        "",
        longer.as_str(),
        "https://evil.example/cb",
        &registered.to_uppercase(),
    ] {
        request(wrong).await.assert_error(400, "invalid_grant");
    }
    assert_eq!(request(&registered).await.status, 200);
}
