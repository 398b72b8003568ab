//! Attacks through the browser that are not posts: BR-04, BR-06.

use super::evidence::signed_in;
use crate::app::{Browser, RelyingParty, Reply, TestApp};
use crate::fixtures::{a_client, a_person};

fn assert_unframeable(reply: &Reply, what: &str) {
    let policy = reply.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
    assert!(policy.contains("default-src 'none'"), "{what}: {policy}");
    assert_eq!(reply.header("x-frame-options"), "DENY", "{what}");
    assert_eq!(reply.header("x-content-type-options"), "nosniff", "{what}");
}

/// BR-04; RFC 9700 §4.16: no page of ours is shown in another's frame, whatever its status.
#[tokio::test]
async fn br_04_no_page_can_be_framed() {
    let app = TestApp::with(|config| config.limits.login_attempts = 1).await;
    let ada = a_person("ada").create(&app).await;
    let shop = app.relying_party(&a_client("shop").third_party().create(&app).await);
    let web = app.relying_party(&a_client("web").create(&app).await);
    let browser = signed_in(&app, &web, &ada).await;
    let consent = browser.get(&shop.authorization_url(&[])).await;
    let begun = app.browser().get(&web.authorization_url(&[])).await;
    for path in [
        "/",
        "/login",
        "/account",
        "/account/invitation",
        "/account/invitation?token=x",
        "/oauth2/logout",
        "/oauth2/logout?id_token_hint=x&id_token_hint=y",
        "/oauth2/logout/confirm",
        "/oauth2/logout/done",
        "/oauth2/authorize",
        "/oauth2/continue",
        "/oauth2/continue?request=x",
        "/consent",
        "/nowhere",
        "/static/nothing.css",
        consent.location().as_str(),
        begun.location().as_str(),
        &web.authorization_url(&[("response_mode", "form_post")]),
        &web.authorization_url(&[("prompt", "none")]),
        "/.well-known/openid-configuration",
    ] {
        assert_unframeable(&browser.get(path).await, path);
    }
    for _ in 0..2 {
        let wrong = [("username", "ada"), ("password", "wrong")];
        assert_unframeable(&browser.post("/login", &wrong).await, "a refused login");
    }
    let elsewhere = browser
        .post_from("/login", &[], Some("https://evil.example"))
        .await;
    assert_unframeable(&elsewhere, "a refused post");
    assert_unframeable(&browser.post("/account", &[]).await, "a wrong method");
    assert_unframeable(
        &browser.post("/login", &[("x", &"x".repeat(70_000))]).await,
        "a large body",
    );
}

/// BR-06; RFC 6265bis: under https both cookies are bound to the host and to TLS, and scripts cannot read them.
#[tokio::test]
async fn br_06_cookies_are_bound_to_this_host() {
    let app = TestApp::with(|config| config.issuer = "https://login.example.test".to_owned()).await;
    let ada = a_person("ada").create(&app).await;
    let client = a_client("web").create(&app).await;
    let web = RelyingParty::new(&app.address, client);
    let browser = Browser::new(&app.address);
    let begun = browser.get(&web.authorization_url(&[])).await;
    let flow = begun.header("set-cookie").to_owned();
    assert!(flow.starts_with("__Host-signet_flow=fl_"), "{flow}");
    let fields = [
        ("request", begun.parameter("request").unwrap()),
        ("username", ada.email.clone()),
        ("password", ada.password.clone()),
    ];
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let reply = browser
        .post_from("/login", &fields, Some("https://login.example.test"))
        .await;
    let session = reply.header("set-cookie").to_owned();
    assert!(session.starts_with("__Host-signet_session=ss_"), "{session}");
    for cookie in [&flow, &session] {
        for attribute in ["; HttpOnly", "; Secure", "; SameSite=Lax", "; Path=/"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert!(!cookie.to_lowercase().contains("domain="), "{cookie}");
    }
    assert!(session.contains("; Max-Age=2592000"));
    let account = browser.get("/account").await;
    assert_eq!(account.header("strict-transport-security"), "max-age=63072000");
    assert!(account.body.contains("ada@example.test"), "{}", account.body);
    let plain = Browser::new(&app.address);
    plain.set_cookie(
        "signet_session",
        &browser.cookie("__Host-signet_session").unwrap(),
    );
    assert_eq!(
        plain.get("/account").await.status,
        303,
        "a name without the prefix says nothing"
    );
}

/// BR-06: `__Host-` demands `Path=/`, so two issuers that differ by their paths alone name their cookies differently;
/// neither takes the other's for its own or overwrites it.
#[tokio::test]
async fn br_06_issuers_on_one_host_keep_their_cookies_apart() {
    let mut names = Vec::new();
    for path in ["/acme", "/globex"] {
        let app = TestApp::with(|config| config.issuer = format!("https://login.example.test{path}")).await;
        let below = format!("{}{path}", app.address);
        let web = RelyingParty::new(&below, a_client("web").create(&app).await);
        let begun = Browser::new(&below).get(&web.authorization_url(&[])).await;
        let cookie = begun.header("set-cookie");
        assert!(cookie.starts_with("__Host-signet_flow_"), "{cookie}");
        assert!(
            cookie.contains("; Path=/;") || cookie.ends_with("; Path=/"),
            "{cookie}"
        );
        names.push(cookie.split('=').next().unwrap().to_owned());
    }
    assert_ne!(names[0], names[1]);
}

/// BR-06: a cookie that stands twice, was changed or is too long is nobody's.
#[tokio::test]
async fn br_06_an_ambiguous_cookie_is_nobodys() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let browser = signed_in(&app, &web, &ada).await;
    let session = browser.cookie("signet_session").unwrap();
    let mut changed = session.clone();
    changed.replace_range(10..11, if &session[10..11] == "a" { "b" } else { "a" });
    let nobody = app.browser();
    for header in [
        format!("signet_session={session}; signet_session={session}"),
        format!("signet_session={session}; signet_session=x"),
        format!("signet_session=x; signet_session={session}"),
        format!("signet_session={changed}"),
        format!("signet_session={}", session.to_uppercase()),
        format!("signet_session={session}x"),
        format!("signet_session={session}{}", "x".repeat(8192)),
        format!("__Host-signet_session={session}"),
        "signet_session=".to_owned(),
        "signet_session=ss_0_".to_owned(),
        format!("signet_session={}", session.replacen("ss_", "fl_", 1)),
    ] {
        let reply = nobody.get_with("/account", &[("cookie", &header)]).await;
        assert_eq!(reply.location().path(), "/login", "{}", header.len());
    }
    let twice = [
        ("cookie", format!("signet_session={session}")),
        ("cookie", "signet_session=x".to_owned()),
    ];
    let twice: Vec<(&str, &str)> = twice
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    assert_eq!(
        nobody.get_with("/account", &twice).await.location().path(),
        "/login"
    );
    let good = format!("other=1; signet_session={session}; theme=dark");
    assert_eq!(
        nobody.get_with("/account", &[("cookie", &good)]).await.status,
        200
    );
}
