//! The authorization endpoint as OpenID Connect Core §3.1.2 has it: prompt, `max_age`, hints, claims, POST, and how
//! the answer travels.

use std::time::Duration;

use serde_json::{Value, json};

use crate::app::relying_party::claims;
use crate::app::{Browser, RelyingParty, Reply, TestApp};
use crate::fixtures::{a_client, a_person};

async fn id_token(relying_party: &RelyingParty, reply: &Reply) -> Value {
    let code = reply
        .parameter("code")
        .unwrap_or_else(|| panic!("{}", reply.header("location")));
    let tokens = relying_party.exchange(&code).await.json();
    claims(tokens["id_token"].as_str().expect("an ID token"))
}

/// §3.1.2.1 `max_age`: a younger proof will do, an older one is renewed; the client's own default counts without it.
#[tokio::test]
async fn max_age_asks_for_a_younger_proof() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let strict = a_client("strict").with(|registration| registration.default_max_age = Some(30));
    let strict = app.relying_party(&strict.create(&app).await);
    let browser = app.browser();
    web.authorize(&browser, &ada, &[]).await;
    app.clock.advance(Duration::from_mins(1));
    let at = async |relying_party: &RelyingParty, extra: &[(&str, &str)]| {
        let reply = browser.get(&relying_party.authorization_url(extra)).await;
        reply.location().path().to_owned()
    };
    assert_eq!(at(&web, &[("max_age", "61")]).await, "/callback");
    assert_eq!(at(&web, &[("max_age", "60")]).await, "/login");
    assert_eq!(at(&strict, &[]).await, "/login");
    assert_eq!(at(&strict, &[("max_age", "61")]).await, "/callback");
    let silent = strict.authorization_url(&[("prompt", "none")]);
    assert_eq!(
        browser.get(&silent).await.parameter("error").as_deref(),
        Some("login_required")
    );
    let reply = web.authorize(&browser, &ada, &[("max_age", "60")]).await;
    assert_eq!(id_token(&web, &reply).await["auth_time"], 1_800_000_060);
}

/// §3.1.2.1 `prompt`: login, consent and both; an unknown value is refused.
#[tokio::test]
async fn prompt_asks_for_pages() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let browser = app.browser();
    web.authorize(&browser, &ada, &[]).await;
    app.clock.advance(Duration::from_mins(1));
    for (prompt, page) in [
        ("login", "/login"),
        ("consent", "/consent"),
        ("login consent", "/login"),
        ("consent login", "/login"),
        ("select_account", "/login"),
    ] {
        let reply = browser.get(&web.authorization_url(&[("prompt", prompt)])).await;
        assert_eq!(reply.location().path(), page, "{prompt}");
    }
    let both = browser
        .get(&web.authorization_url(&[("prompt", "login consent")]))
        .await;
    let resumed = browser.sign_in(&both, &ada).await;
    assert_eq!(
        browser.get(resumed.location().as_str()).await.location().path(),
        "/consent"
    );
    let unknown = browser.get(&web.authorization_url(&[("prompt", "settle")])).await;
    assert_eq!(unknown.parameter("error").as_deref(), Some("invalid_request"));
}

/// §3.1.2.1 `id_token_hint`: the person it names is answered for at once, also silently.
#[tokio::test]
async fn a_hint_for_the_person_is_answered() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let browser = app.browser();
    let first = web.authorize(&browser, &ada, &[]).await;
    let tokens = web.exchange(&first.parameter("code").unwrap()).await.json();
    let hint = tokens["id_token"].as_str().unwrap();
    let sub = format!(r#"{{"id_token":{{"sub":{{"value":"{}"}}}}}}"#, ada.id);
    for extra in [
        vec![("id_token_hint", hint)],
        vec![("id_token_hint", hint), ("prompt", "none")],
        vec![("claims", sub.as_str()), ("prompt", "none")],
    ] {
        let reply = browser.get(&web.authorization_url(&extra)).await;
        assert_eq!(id_token(&web, &reply).await["sub"], json!(ada.id), "{extra:?}");
    }
}

/// §5.5: claims by name reach the ID token and userinfo; what is no such object is refused.
#[tokio::test]
async fn claims_can_be_asked_for_by_name() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let asked = r#"{"id_token":{"email":null,"auth_time":{"essential":true}},"userinfo":{"name":{"essential":true}},"x":1}"#;
    let tokens = web.tokens(&app, &ada, &[("claims", asked)]).await;
    let id = claims(tokens["id_token"].as_str().unwrap());
    assert_eq!((&id["email"], id.get("name")), (&json!("ada@example.test"), None));
    let userinfo = web
        .userinfo(tokens["access_token"].as_str().unwrap())
        .await
        .json();
    assert_eq!(
        (&userinfo["name"], userinfo.get("email")),
        (&json!("Person ada"), None)
    );
    for malformed in [
        "[]",
        "{",
        "x",
        r#"{"userinfo":[]}"#,
        r#"{"userinfo":{"name":1}}"#,
        r#"{"userinfo":{"name":[true]}}"#,
        "null",
    ] {
        let reply = app
            .browser()
            .get(&web.authorization_url(&[("claims", malformed)]))
            .await;
        assert_eq!(
            reply.parameter("error").as_deref(),
            Some("invalid_request"),
            "{malformed}"
        );
    }
}

/// §5.5.1.1: an essential authentication context that cannot be reached is no success; a voluntary one is ignored.
#[tokio::test]
async fn an_essential_acr_is_reached_or_refused() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let ask = async |acr: Value| {
        let asked = json!({"id_token": {"acr": acr}}).to_string();
        web.authorize(&app.browser(), &ada, &[("claims", &asked)]).await
    };
    for unreachable in [
        json!({"essential": true, "value": "urn:mace:incommon:iap:gold"}),
        json!({"essential": true, "values": ["phr", "phrh"]}),
    ] {
        let reply = ask(unreachable).await;
        assert_eq!(
            reply.parameter("error").as_deref(),
            Some("unmet_authentication_requirements")
        );
    }
    for good in [
        json!({"essential": true, "values": ["phr", "urn:signet:acr:1"]}),
        json!({"essential": true}),
        json!({"values": ["phr"]}),
        Value::Null,
    ] {
        assert_eq!(id_token(&web, &ask(good).await).await["acr"], "urn:signet:acr:1");
    }
    let voluntary = web
        .authorize(&app.browser(), &ada, &[("acr_values", "phr")])
        .await;
    assert!(voluntary.parameter("code").is_some());
}

/// §3.1.2.1: POST is served like GET: the checked request is stored and a GET goes on, which alone reads cookies.
#[tokio::test]
async fn a_posted_request_is_stored_and_continued() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    for signed_in in [false, true] {
        let browser: Browser = app.browser();
        if signed_in {
            web.authorize(&browser, &ada, &[]).await;
        }
        let url: url::Url = web.authorization_url(&[]).parse().unwrap();
        let fields: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let stranger = app.browser();
        let posted = stranger
            .post_from("/oauth2/authorize", &fields, Some("https://web.example.com"))
            .await;
        assert_eq!(posted.location().path(), "/oauth2/continue");
        assert_eq!(
            posted.headers.get("set-cookie"),
            None,
            "the post saw no cookie to replace"
        );
        let next = browser.get(posted.location().as_str()).await;
        let answered = if signed_in {
            next
        } else {
            let resumed = browser.sign_in(&next, &ada).await;
            browser.get(resumed.location().as_str()).await
        };
        assert_eq!(id_token(&web, &answered).await["nonce"], "nonce-1");
        let again = browser.get(posted.location().as_str()).await;
        assert_eq!(
            (again.status, again.header("location")),
            (200, ""),
            "the code was redeemed"
        );
    }
}

/// §3.1.2.1 `login_hint`: it stands in the field, as text.
#[tokio::test]
async fn a_login_hint_stands_in_the_field() {
    let app = TestApp::new().await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let browser = app.browser();
    let hint = r#""><script>alert(1)</script>"#;
    let page = browser.get(&web.authorization_url(&[("login_hint", hint)])).await;
    let shown = browser.get(page.location().as_str()).await;
    assert!(!shown.body.contains("<script"), "{}", shown.body);
    let page = browser
        .get(&web.authorization_url(&[("login_hint", "ada@example.test")]))
        .await;
    let shown = browser.get(page.location().as_str()).await;
    assert!(
        shown.body.contains(r#"value="ada@example.test""#),
        "{}",
        shown.body
    );
}
