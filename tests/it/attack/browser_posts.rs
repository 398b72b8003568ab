//! Posts that did not come from our pages: BR-02, BR-03.

use super::evidence::{assert_page, codes, count, events, sessions, signed_in};
use crate::app::{Browser, RelyingParty, Reply, TestApp};
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};

/// Sends a form with any headers, with a browser's cookies.
async fn send(
    relying_party: &RelyingParty,
    browser: &Browser,
    path: &str,
    (headers, body): (&[(&str, &str)], &str),
) -> Reply {
    let cookies: Vec<String> = ["signet_session", "signet_flow"]
        .iter()
        .filter_map(|name| Some(format!("{name}={}", browser.cookie(name)?)))
        .collect();
    let mut request = relying_party
        .http()
        .post(relying_party.url(path))
        .header("cookie", cookies.join("; "))
        .body(body.to_owned());
    if !headers.iter().any(|(name, _)| *name == "content-type") {
        request = request.header("content-type", "application/x-www-form-urlencoded");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Reply::read(request.send().await.expect("the server answers")).await
}

struct Prepared {
    app: TestApp,
    relying_party: RelyingParty,
    browser: Browser,
    person: TestPerson,
    request: String,
}

/// A signed-in person before the consent page of a third-party client.
async fn prepared() -> Prepared {
    let app = TestApp::new().await;
    let person = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let relying_party = app.relying_party(&a_client("shop").third_party().create(&app).await);
    let browser = signed_in(&app, &web, &person).await;
    let consent = browser.get(&relying_party.authorization_url(&[])).await;
    let request = consent.parameter("request").expect("a waiting request");
    Prepared {
        app,
        relying_party,
        browser,
        person,
        request,
    }
}

/// BR-02; ASVS: a form that our own page did not send is refused before anything is read of it, cookies or not.
#[tokio::test]
async fn br_02_a_post_from_elsewhere_is_refused() {
    let Prepared {
        app,
        relying_party,
        browser,
        person,
        request,
    } = prepared().await;
    let (issued, started) = (codes(&app).await, sessions(&app).await);
    let allow = format!("request={request}&decision=allow");
    let login = format!(
        "request={request}&username={}&password=correct+horse+ada",
        person.email
    );
    let foreign: [&[(&str, &str)]; 12] = [
        &[],
        &[("origin", "null")],
        &[("origin", "https://evil.example")],
        &[("origin", "http://login.127.0.0.1")],
        &[("origin", "http://127.0.0.1")],
        &[("origin", "http://localhost:1")],
        &[("origin", "")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("origin", "null"), ("sec-fetch-site", "same-origin")],
        &[("origin", "https://evil.example"), ("content-type", "text/plain")],
    ];
    for headers in foreign {
        for (path, body) in [
            ("/login", login.as_str()),
            ("/login/cancel", allow.as_str()),
            ("/consent", allow.as_str()),
            ("/oauth2/logout/confirm", "csrf=1.00"),
        ] {
            let reply = send(&relying_party, &browser, path, (headers, body)).await;
            assert_page(&reply, 403);
            assert_eq!(reply.headers.get("set-cookie"), None);
        }
    }
    assert_eq!((codes(&app).await, sessions(&app).await), (issued, started));
    assert_eq!(count(&app, "select count(*) from auth.consents").await, 0);
    assert_eq!(count(&app, "select count(*) from auth.login_attempts").await, 0);
    assert_eq!(events(&app, "LOGOUT").await, 0);
    let own = [("origin", app.issuer.as_str())];
    let shown_for = browser.shown_for(&request).await;
    let allow = format!("{allow}&shown_for={shown_for}");
    let reply = send(&relying_party, &browser, "/consent", (&own, &allow)).await;
    assert_eq!(reply.location().path(), "/oauth2/continue", "our own page may");
}

/// BR-02: a body that no form of ours sends is not read, even from our own origin.
#[tokio::test]
async fn br_02_only_forms_are_read() {
    let Prepared {
        app,
        relying_party,
        browser,
        request,
        ..
    } = prepared().await;
    let issuer = app.issuer.clone();
    for content_type in [
        "text/plain",
        "application/json",
        "multipart/form-data; boundary=x",
    ] {
        let headers = [("origin", issuer.as_str()), ("content-type", content_type)];
        let body = format!("request={request}&decision=allow");
        for path in ["/consent", "/login", "/login/cancel"] {
            assert_page(
                &send(&relying_party, &browser, path, (&headers, &body)).await,
                400,
            );
        }
    }
    assert_eq!(count(&app, "select count(*) from auth.consents").await, 0);
}

/// BR-02: a cross-site form at the logout endpoint carries no cookie, and with a same-site one only asks.
#[tokio::test]
async fn br_02_a_posted_logout_without_proof_ends_nothing() {
    let Prepared {
        app,
        relying_party,
        browser,
        ..
    } = prepared().await;
    for origin in ["https://evil.example", "http://login.127.0.0.1"] {
        let reply = send(
            &relying_party,
            &browser,
            "/oauth2/logout",
            (&[("origin", origin)], ""),
        )
        .await;
        assert_eq!(reply.location().path(), "/oauth2/logout/confirm");
        let asked = browser.get(reply.header("location")).await;
        assert!(asked.body.contains("Sign out?"));
    }
    assert_eq!(events(&app, "LOGOUT").await, 0);
    assert_eq!(browser.get("/account").await.status, 200);
}

/// BR-03; RFC 9700 §4.5: an attacker's credentials are not taken into a victim's browser: not from another page, and
/// not in a flow that this browser did not begin.
#[tokio::test]
async fn br_03_nobody_signs_a_stranger_in() {
    let Prepared {
        app,
        relying_party,
        browser,
        ..
    } = prepared().await;
    let mallory = a_person("mallory").create(&app).await;
    let started = sessions(&app).await;
    let attacker = app.browser();
    let page = attacker.get(&relying_party.authorization_url(&[])).await;
    let theirs = page.parameter("request").unwrap();
    let alone = format!("username={}&password=correct+horse+mallory", mallory.email);
    let within = format!("{alone}&request={theirs}");
    for victim in [&browser, &app.browser()] {
        for body in [&alone, &within] {
            let evil = [("origin", "https://evil.example")];
            let reply = send(&relying_party, victim, "/login", (&evil, body)).await;
            assert_page(&reply, 403);
        }
        let own = [("origin", app.issuer.as_str())];
        let reply = send(&relying_party, victim, "/login", (&own, &within)).await;
        assert_page(&reply, 400);
    }
    assert_eq!(sessions(&app).await, started);
    assert!(browser.get("/account").await.body.contains("ada@example.test"));
}
