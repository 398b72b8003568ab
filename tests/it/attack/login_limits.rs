//! Attacks on the limits of the sign-in, and on its way there: LO-04, LO-06, LO-07.

use std::time::Duration;

use signet::lifecycle::suspend_user;

use super::evidence::{count, events, raw_post, sessions};
use crate::app::{Browser, Reply, TestApp};
use crate::fixtures::{a_client, a_person};

async fn attempt(browser: &Browser, username: &str, password: &str) -> Reply {
    browser
        .post("/login", &[("username", username), ("password", password)])
        .await
}

/// LO-04: whoever was shut out gets no token by any way that was open before: session, code, refresh, userinfo; and
/// none of it lives again when they are let in.
#[tokio::test]
async fn lo_04_somebody_shut_out_gets_no_token_by_any_path() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let browser = app.browser();
    web.authorize(&browser, &ada, &[]).await;
    let offline = [("scope", "openid offline_access")];
    let tokens = web.tokens(&app, &ada, &offline).await;
    let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
    let open = browser
        .get(&web.authorization_url(&[]))
        .await
        .parameter("code")
        .unwrap();
    app.clock.advance(Duration::from_secs(1));
    let mut work = app.work().await;
    suspend_user::ban(&mut work, &ada.id).await.unwrap();
    work.commit().await.unwrap();
    for lets_in in [false, true] {
        if lets_in {
            app.clock.advance(Duration::from_secs(1));
            let mut work = app.work().await;
            suspend_user::reinstate(&mut work, &ada.id).await.unwrap();
            work.commit().await.unwrap();
        }
        web.exchange(&open).await.assert_error(400, "invalid_grant");
        web.refresh(&text("refresh_token"), &[])
            .await
            .assert_error(400, "invalid_grant");
        assert_eq!(web.userinfo(&text("access_token")).await.status, 401);
        assert_eq!(web.introspect(&text("access_token")).await["active"], false);
        assert_eq!(browser.get("/account").await.location().path(), "/login");
        let silent = browser.get(&web.authorization_url(&[("prompt", "none")])).await;
        assert_eq!(silent.parameter("error").as_deref(), Some("login_required"));
        let status = attempt(&app.browser(), "ada", &ada.password).await.status;
        assert_eq!(status, if lets_in { 303 } else { 401 });
    }
}

/// LO-04: who is put back on the waiting list keeps no grant.
#[tokio::test]
async fn lo_04_the_waiting_list_has_no_grant() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let tokens = web.tokens(&app, &ada, &[]).await;
    let open = web.code(&app, &ada, &[]).await;
    app.clock.advance(Duration::from_secs(1));
    let mut work = app.work().await;
    signet::lifecycle::waitlist_user::wait(&mut work, &ada.id)
        .await
        .unwrap();
    work.commit().await.unwrap();
    web.exchange(&open).await.assert_error(400, "invalid_grant");
    let refreshed = web.refresh(tokens["refresh_token"].as_str().unwrap(), &[]).await;
    refreshed.assert_error(400, "invalid_grant");
    assert_eq!(
        web.userinfo(tokens["access_token"].as_str().unwrap())
            .await
            .status,
        401
    );
    let reply = web.authorize(&app.browser(), &ada, &[]).await;
    assert_eq!(reply.parameter("error").as_deref(), Some("access_denied"));
}

async fn limited(trusted: &[&str]) -> TestApp {
    let trusted: Vec<String> = trusted.iter().map(|network| (*network).to_owned()).collect();
    TestApp::with(|config| {
        config.limits.logins_per_minute_per_address = 3;
        config.listen.trusted_proxies = trusted;
    })
    .await
}

async fn forwarded(app: &TestApp, number: usize, address: Option<&str>) -> u16 {
    let web = app.relying_party(&crate::fixtures::client::TestClient {
        id: String::new(),
        secret: None,
        method: "none",
        redirect_uri: String::new(),
    });
    let mut request = web
        .http()
        .post(web.url("/login"))
        .header("origin", &app.issuer)
        .form(&[
            ("username", format!("person{number}").as_str()),
            ("password", "wrong"),
        ]);
    if let Some(address) = address {
        request = request.header("x-forwarded-for", address);
    }
    request
        .send()
        .await
        .expect("the server answers")
        .status()
        .as_u16()
}

/// LO-06: a header from anybody but a trusted proxy names nobody: the limit stays with the peer.
#[tokio::test]
async fn lo_06_a_forged_address_buys_no_attempt() {
    let app = limited(&[]).await;
    let mut statuses = Vec::new();
    for number in 0..6 {
        let forged = format!("203.0.113.{number}");
        statuses.push(forwarded(&app, number, Some(&forged)).await);
    }
    assert_eq!(statuses, [401, 401, 401, 429, 429, 429]);
    let recorded = "select count(*) from auth.security_events where host(ip_address) <> '127.0.0.1'";
    assert_eq!(count(&app, recorded).await, 0);
}

/// LO-06: behind a trusted proxy an address is one key however it is spelled, and all of a /64 is one; without the
/// header the proxy itself is limited.
#[tokio::test]
async fn lo_06_one_network_is_one_key() {
    let app = limited(&["127.0.0.1"]).await;
    let spellings = [
        "2001:db8:0:1::7",
        "2001:0DB8:0:1:0:0:0:7",
        "2001:db8:0:1:ffff::1",
        "2001:db8::1:0:0:0:2",
    ];
    let mut statuses = Vec::new();
    for (number, address) in spellings.iter().enumerate() {
        statuses.push(forwarded(&app, number, Some(address)).await);
    }
    assert_eq!(statuses, [401, 401, 401, 429]);
    assert_eq!(
        forwarded(&app, 10, Some("2001:db8:0:2::7")).await,
        401,
        "another network"
    );
    let mapped = [
        "198.51.100.7",
        "::ffff:198.51.100.7",
        "::ffff:c633:6407",
        "198.51.100.7",
    ];
    let mut statuses = Vec::new();
    for (number, address) in mapped.iter().enumerate() {
        statuses.push(forwarded(&app, number, Some(address)).await);
    }
    assert_eq!(statuses, [401, 401, 401, 429]);
    let spoofed_first = "203.0.113.9, 198.51.100.7";
    assert_eq!(
        forwarded(&app, 20, Some(spoofed_first)).await,
        429,
        "the nearest stranger counts"
    );
    let mut statuses = Vec::new();
    for (number, header) in [None, Some("garbage"), None, Some("unknown")]
        .into_iter()
        .enumerate()
    {
        statuses.push(forwarded(&app, number, header).await);
    }
    assert_eq!(statuses, [401, 401, 401, 429], "who names nobody is the proxy");
}

/// LO-07: another spelling of the path is another path, and there is nothing.
#[tokio::test]
async fn lo_07_another_spelling_of_the_path_leads_nowhere() {
    let app = limited(&[]).await;
    let ada = a_person("ada").create(&app).await;
    for path in [
        "//login",
        "/./login",
        "/x/../login",
        "/%6cogin",
        "/login/",
        "/login%2f",
        "/login;x",
        "/LOGIN",
        "/Login",
        "/login%20",
        "/login.",
        "/login//",
        "/%2flogin",
        "/login\\",
    ] {
        let body = format!("username=ada&password={}", ada.password.replace(' ', "+"));
        let head = format!(
            "POST {path} HTTP/1.1\r\nOrigin: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}",
            app.issuer,
            body.len()
        );
        let answer = raw_post(&app, &head, &body).await;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(matches!(status, "404" | "400"), "{path}: {answer}");
        assert!(!answer.to_lowercase().contains("set-cookie"), "{path}");
    }
    assert_eq!(sessions(&app).await, 0);
    assert_eq!(events(&app, "LOGIN_SUCCESS").await, 0);
}
