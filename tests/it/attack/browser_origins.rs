//! What other sites may read, and what a request may say of where it is: BR-05, BR-09, BR-10.

use std::time::Duration;

use super::evidence::{assert_page, signed_in};
use crate::app::{Browser, TestApp};
use crate::fixtures::{a_client, a_person};

/// BR-05; ASVS 7.2.4: a planted session becomes nobody's: every login and every step-up makes a new handle.
#[tokio::test]
async fn br_05_a_planted_session_is_not_taken_over() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let mallory = a_person("mallory").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let of_mallory = signed_in(&app, &web, &mallory)
        .await
        .cookie("signet_session")
        .unwrap();
    let made_up = format!("ss_0_{}_000000", "a".repeat(43));
    for planted in [of_mallory.as_str(), made_up.as_str(), "x"] {
        let victim = app.browser();
        victim.set_cookie("signet_session", planted);
        app.clock.advance(Duration::from_secs(1));
        let page = victim.get(&web.authorization_url(&[("prompt", "login")])).await;
        victim.sign_in(&page, &ada).await;
        assert_ne!(victim.cookie("signet_session").as_deref(), Some(planted));
        assert!(victim.get("/account").await.body.contains("ada@example.test"));
        let attacker = app.browser();
        attacker.set_cookie("signet_session", planted);
        assert_eq!(attacker.get("/account").await.location().path(), "/login");
    }
    let browser = signed_in(&app, &web, &ada).await;
    let before = browser.cookie("signet_session").unwrap();
    app.clock.advance(Duration::from_secs(1));
    let page = browser.get(&web.authorization_url(&[("prompt", "login")])).await;
    browser.sign_in(&page, &ada).await;
    assert_ne!(browser.cookie("signet_session").unwrap(), before);
    let thief = app.browser();
    thief.set_cookie("signet_session", &before);
    assert_eq!(thief.get("/account").await.location().path(), "/login");
}

/// BR-05; KC CVE-2026-7507: a link into the attacker's interaction leads the victim nowhere, with or without a flow
/// of their own.
#[tokio::test]
async fn br_05_a_foreign_flow_is_refused() {
    let app = TestApp::new().await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let attacker = app.browser();
    let theirs = attacker
        .get(&web.authorization_url(&[]))
        .await
        .parameter("request")
        .unwrap();
    let with_flow = app.browser();
    with_flow.get(&web.authorization_url(&[])).await;
    let own = with_flow.cookie("signet_flow");
    for victim in [app.browser(), with_flow] {
        for path in ["/login", "/consent", "/oauth2/continue"] {
            assert_page(&victim.get(&format!("{path}?request={theirs}")).await, 400);
        }
    }
    assert!(own.is_some());
    assert_eq!(
        attacker.get(&format!("/login?request={theirs}")).await.status,
        200
    );
}

/// BR-09; OAuth for browser-based applications: what needs a cookie tells no other site anything; what may be read
/// by all is read without credentials.
#[tokio::test]
async fn br_09_no_origin_is_reflected() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let browser = signed_in(&app, &web, &ada).await;
    let authorize = web.authorization_url(&[]);
    for origin in [
        "null",
        "https://evil.example",
        "https://web.example.com",
        app.issuer.as_str(),
    ] {
        for path in [
            authorize.as_str(),
            "/login",
            "/consent",
            "/account",
            "/oauth2/continue",
            "/oauth2/logout",
        ] {
            let reply = browser.get_with(path, &[("origin", origin)]).await;
            for header in ["access-control-allow-origin", "access-control-allow-credentials"] {
                assert_eq!(reply.headers.get(header), None, "{path} {origin}");
            }
        }
        for path in [
            "/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server",
            "/.well-known/jwks.json",
            "/oauth2/userinfo",
        ] {
            let reply = browser.get_with(path, &[("origin", origin)]).await;
            assert_eq!(reply.header("access-control-allow-origin"), "*", "{path}");
            assert_eq!(reply.headers.get("access-control-allow-credentials"), None);
        }
        let asked = [("origin", origin), ("access-control-request-method", "POST")];
        for (path, allowed) in [
            ("/oauth2/token", true),
            (authorize.as_str(), false),
            ("/login", false),
        ] {
            let url = if path.starts_with('/') {
                web.url(path)
            } else {
                path.to_owned()
            };
            let mut request = web.http().request("OPTIONS".parse().unwrap(), url);
            for (name, value) in asked {
                request = request.header(name, value);
            }
            let reply = crate::app::Reply::read(request.send().await.unwrap()).await;
            let expected = if allowed { "*" } else { "" };
            assert_eq!(reply.header("access-control-allow-origin"), expected, "{path}");
            assert_eq!(reply.headers.get("access-control-allow-credentials"), None);
        }
    }
}

/// BR-10: whatever a request says of its host, every URL comes from the configured issuer.
#[tokio::test]
async fn br_10_no_header_moves_a_url() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let browser: Browser = app.browser();
    let honest = browser.get("/.well-known/openid-configuration").await.body;
    let signed = signed_in(&app, &web, &ada).await;
    for spoof in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", "1"),
        ("x-forwarded-prefix", "/evil.example"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-original-url", "/evil.example"),
        ("x-rewrite-url", "/evil.example"),
        ("origin", "https://evil.example"),
        ("referer", "https://evil.example/"),
    ] {
        for path in [
            "/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server",
        ] {
            assert_eq!(browser.get_with(path, &[spoof]).await.body, honest, "{spoof:?}");
        }
        for path in [
            "/",
            "/login",
            "/account",
            "/oauth2/logout",
            "/nowhere",
            "/oauth2/authorize",
        ] {
            let reply = browser.get_with(path, &[spoof]).await;
            assert!(!reply.body.contains("evil.example"), "{path} {spoof:?}");
            assert!(!reply.header("location").contains("evil.example"));
        }
        let begun = app
            .browser()
            .get_with(&web.authorization_url(&[]), &[spoof])
            .await;
        let expected = format!("{}/login?request=ar_", app.issuer);
        assert!(begun.header("location").starts_with(&expected), "{spoof:?}");
        let cookie = format!("signet_session={}", signed.cookie("signet_session").unwrap());
        let answered = browser
            .get_with(&web.authorization_url(&[]), &[spoof, ("cookie", &cookie)])
            .await;
        assert_eq!(answered.parameter("iss"), Some(app.issuer.clone()), "{spoof:?}");
    }
}

/// BR-10: a forged host does not make a foreign origin ours.
#[tokio::test]
async fn br_10_a_forged_host_is_no_origin() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let fields = [
        ("username", ada.email.as_str()),
        ("password", ada.password.as_str()),
    ];
    for header in ["host", "x-forwarded-host"] {
        let request = web
            .http()
            .post(web.url("/login"))
            .header("origin", "http://evil.example")
            .header(header, "evil.example")
            .form(&fields);
        let reply = crate::app::Reply::read(request.send().await.unwrap()).await;
        assert_page(&reply, 403);
    }
}
