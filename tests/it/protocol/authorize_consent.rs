//! Who is asked for consent, and for what (OpenID Connect Core §3.1.2.4, RFC 8252 §8.6).

use std::time::Duration;

use crate::app::{Browser, RelyingParty, TestApp};
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};

async fn signed_in(app: &TestApp, person: &TestPerson) -> Browser {
    let browser = app.browser();
    let credentials = [
        ("username", person.email.as_str()),
        ("password", person.password.as_str()),
    ];
    let reply = browser.post("/login", &credentials).await;
    assert_eq!(reply.location().path(), "/account");
    browser
}

/// What a browser with a session is answered: the path of our next page, or the parameter of the client's answer.
async fn answer(browser: &Browser, relying_party: &RelyingParty, extra: &[(&str, &str)]) -> String {
    let reply = browser.get(&relying_party.authorization_url(extra)).await;
    if reply
        .header("location")
        .starts_with(&relying_party.client.redirect_uri)
    {
        return reply.parameter("error").unwrap_or_else(|| "code".to_owned());
    }
    reply.location().path().to_owned()
}

async fn allow(browser: &Browser, relying_party: &RelyingParty, extra: &[(&str, &str)]) -> String {
    let page = browser.get(&relying_party.authorization_url(extra)).await;
    assert_eq!(page.location().path(), "/consent");
    let shown = browser.get(page.location().as_str()).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    let request = page.parameter("request").unwrap();
    let allowed = browser.decide(&request, "allow").await;
    assert!(
        browser
            .get(allowed.location().as_str())
            .await
            .parameter("code")
            .is_some()
    );
    shown.body
}

/// contracts 3: a first-party client on https skips consent, and is answered silently.
#[tokio::test]
async fn a_first_party_client_skips_consent() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let browser = signed_in(&app, &ada).await;
    assert_eq!(answer(&browser, &web, &[]).await, "code");
    assert_eq!(answer(&browser, &web, &[("prompt", "none")]).await, "code");
    let offline = ("scope", "openid email offline_access");
    assert_eq!(
        answer(&browser, &web, &[offline, ("prompt", "none")]).await,
        "code"
    );
    assert_eq!(answer(&browser, &web, &[("prompt", "consent")]).await, "/consent");
}

/// Core §3.1.2.4: others are confirmed once, and again for more.
#[tokio::test]
async fn a_third_party_client_is_confirmed_once_and_again_for_more() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let shop = app.relying_party(&a_client("shop").third_party().create(&app).await);
    let browser = signed_in(&app, &ada).await;
    let email = ("scope", "openid email");
    assert_eq!(
        answer(&browser, &shop, &[("prompt", "none")]).await,
        "consent_required"
    );
    allow(&browser, &shop, &[email]).await;
    assert_eq!(
        answer(&browser, &shop, &[email, ("prompt", "none")]).await,
        "code"
    );
    assert_eq!(answer(&browser, &shop, &[]).await, "code", "less is covered");
    for more in ["openid email phone", "openid offline_access"] {
        assert_eq!(answer(&browser, &shop, &[("scope", more)]).await, "/consent");
        let silent = [("scope", more), ("prompt", "none")];
        assert_eq!(answer(&browser, &shop, &silent).await, "consent_required");
    }
    let bob = a_person("bob").create(&app).await;
    assert_eq!(
        answer(&signed_in(&app, &bob).await, &shop, &[email]).await,
        "/consent"
    );
}

/// Core §5.5, RFC 6749 §3.3: a claim that is asked for by name is confirmed like its scope, and never given to a
/// client that is not registered for it.
#[tokio::test]
async fn a_claim_by_name_is_confirmed_like_its_scope() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let shop = app.relying_party(&a_client("shop").third_party().create(&app).await);
    let plain = a_client("plain")
        .third_party()
        .scopes(&["openid"])
        .create(&app)
        .await;
    let plain = app.relying_party(&plain);
    let browser = signed_in(&app, &ada).await;
    allow(&browser, &shop, &[]).await;
    assert_eq!(answer(&browser, &shop, &[("prompt", "none")]).await, "code");
    for claims in [
        r#"{"userinfo":{"email":null}}"#,
        r#"{"id_token":{"email":{"essential":true}}}"#,
        r#"{"userinfo":{"phone_number":null,"sub":null}}"#,
    ] {
        let named = ("claims", claims);
        assert_eq!(
            answer(&browser, &shop, &[named, ("prompt", "none")]).await,
            "consent_required"
        );
        assert_eq!(answer(&browser, &shop, &[named]).await, "/consent");
    }
    let page = allow(&browser, &shop, &[("claims", r#"{"userinfo":{"email":null}}"#)]).await;
    assert!(page.contains("email"), "{page}");
    allow(&browser, &plain, &[]).await;
    let both = r#"{"userinfo":{"email":null},"id_token":{"email":null,"auth_time":null}}"#;
    let reply = browser
        .get(&plain.authorization_url(&[("claims", both), ("prompt", "none")]))
        .await;
    let tokens = plain.exchange(&reply.parameter("code").unwrap()).await.json();
    let id = crate::app::relying_party::claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(id.get("email"), None);
    let userinfo = plain
        .userinfo(tokens["access_token"].as_str().unwrap())
        .await
        .json();
    assert_eq!((&userinfo["sub"], userinfo.get("email")), (&id["sub"], None));
}

/// RFC 8252 §8.6: anybody can listen on a loopback port, so a public client there is confirmed every time, and never
/// silently, also a first-party one.
#[tokio::test]
async fn a_public_client_on_loopback_is_confirmed_every_time() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let browser = signed_in(&app, &ada).await;
    for (id, uri) in [
        ("loop", "http://127.0.0.1/callback"),
        ("six", "http://[::1]/callback"),
        ("scheme", "com.example.app:/callback"),
    ] {
        let native = app.relying_party(&a_client(id).public().redirect_uri(uri).create(&app).await);
        for _ in 0..2 {
            allow(&browser, &native, &[]).await;
            assert_eq!(
                answer(&browser, &native, &[("prompt", "none")]).await,
                "interaction_required"
            );
        }
    }
    let spa = a_client("spa")
        .public()
        .redirect_uri("https://spa.example.com/callback");
    let spa = app.relying_party(&spa.create(&app).await);
    assert_eq!(answer(&browser, &spa, &[]).await, "code");
}

/// contracts 3: on loopback a first-party client that authenticates is confirmed once like any other.
#[tokio::test]
async fn a_first_party_client_on_loopback_is_confirmed_once() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let browser = signed_in(&app, &ada).await;
    let web = a_client("web")
        .redirect_uri("http://127.0.0.1/callback")
        .create(&app)
        .await;
    let web = app.relying_party(&web);
    assert_eq!(
        answer(&browser, &web, &[("prompt", "none")]).await,
        "consent_required"
    );
    allow(&browser, &web, &[]).await;
    assert_eq!(answer(&browser, &web, &[("prompt", "none")]).await, "code");
}

/// The word of a person counts after the proof that the request asks for, and leaves one trace.
#[tokio::test]
async fn consent_comes_after_the_proof() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let shop = app.relying_party(&a_client("shop").third_party().create(&app).await);
    let browser = signed_in(&app, &ada).await;
    app.clock.advance(Duration::from_mins(1));
    let page = browser
        .get(&shop.authorization_url(&[("prompt", "login consent")]))
        .await;
    let request = page.parameter("request").unwrap();
    let allow = [("request", request.as_str()), ("decision", "allow")];
    let early = browser.post("/consent", &allow).await;
    assert_eq!(browser.follow(early).await.status, 200);
    let mut admin = app.database.admin().await;
    let mut given = async || -> i64 {
        sqlx::query_scalar("select count(*) from auth.security_events where event_type = 'CONSENT_GRANTED'")
            .fetch_one(&mut admin)
            .await
            .unwrap()
    };
    assert_eq!(given().await, 0);
    let resumed = browser.sign_in(&page, &ada).await;
    assert_eq!(
        browser.get(resumed.location().as_str()).await.location().path(),
        "/consent"
    );
    let shown_for = browser.shown_for(&request).await;
    let allow = [allow[0], allow[1], ("shown_for", shown_for.as_str())];
    for _ in 0..2 {
        assert_eq!(
            browser.post("/consent", &allow).await.location().path(),
            "/oauth2/continue"
        );
    }
    assert_eq!(given().await, 1);
}

/// An operator's word counts at once, also for who is half-way through: a client switched off, an address taken away.
#[tokio::test]
async fn what_an_operator_takes_away_is_gone_half_way_through() {
    let app = TestApp::new().await;
    for (id, change) in [
        (
            "off",
            "update auth.oauth_applications set disabled_at = created_at where client_id = 'off'",
        ),
        (
            "moved",
            "update auth.oauth_applications
             set metadata = metadata || '{\"redirect_uris\": [\"https://moved.example.com/\"]}'
             where client_id = 'moved'",
        ),
    ] {
        let party = app.relying_party(&a_client(id).create(&app).await);
        let browser = app.browser();
        let page = browser.get(&party.authorization_url(&[])).await;
        let mut admin = app.database.admin().await;
        sqlx::query(change).execute(&mut admin).await.unwrap();
        app.refresh_caches().await;
        assert_eq!(browser.get(page.location().as_str()).await.status, 400);
        let request = page.parameter("request").unwrap();
        let resumed = browser.get(&format!("/oauth2/continue?request={request}")).await;
        assert_eq!((resumed.status, resumed.header("location")), (400, ""));
    }
}
