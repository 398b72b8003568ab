//! What comes after the answer of an interaction: AZ-04. The same browser is led on, and nobody else.

use std::time::Duration;

use super::evidence::{assert_page, assert_refused, codes, events, signed_in};
use crate::app::{Browser, RelyingParty, Reply, TestApp};
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};

/// A person who was asked for consent.
struct Asked {
    app: TestApp,
    ada: TestPerson,
    shop: RelyingParty,
    browser: Browser,
    request: String,
    /// What the form says for whom it was shown.
    shown_for: String,
}

impl Asked {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let ada = a_person("ada").create(&app).await;
        let client = a_client("shop").third_party().with(|registration| {
            registration.client_uri = Some("https://www.shop.example.com/start".to_owned());
        });
        let shop = app.relying_party(&client.create(&app).await);
        let browser = app.browser();
        let page = browser.get(&shop.authorization_url(&[])).await;
        let resumed = browser.sign_in(&page, &ada).await;
        let consent = browser.get(resumed.location().as_str()).await;
        assert_eq!(consent.location().path(), "/consent");
        let request = consent.parameter("request").expect("a waiting request");
        let shown_for = browser.shown_for(&request).await;
        Self {
            app,
            ada,
            shop,
            browser,
            request,
            shown_for,
        }
    }

    async fn decide(&self, browser: &Browser, decision: &str) -> Reply {
        let fields = [
            ("request", self.request.as_str()),
            ("shown_for", self.shown_for.as_str()),
            ("decision", decision),
        ];
        browser.post("/consent", &fields).await
    }

    /// Allows, and follows to the answer.
    async fn allow(&self) -> Reply {
        let allowed = self.decide(&self.browser, "allow").await;
        let answered = self.browser.follow(allowed).await;
        assert!(answered.parameter("code").is_some(), "{}", answered.body);
        answered
    }

    /// Everything that a browser can send once more, but for a refusal.
    async fn everything(&self, browser: &Browser) -> Vec<Reply> {
        let login = [
            ("request", self.request.as_str()),
            ("username", self.ada.email.as_str()),
            ("password", self.ada.password.as_str()),
        ];
        let at = |path: &str| format!("{path}?request={}", self.request);
        vec![
            self.decide(browser, "allow").await,
            browser.get(&at("/consent")).await,
            browser.get(&at("/oauth2/continue")).await,
            browser.get(&at("/login")).await,
            browser.post("/login", &login).await,
        ]
    }

    async fn refusals(&self, browser: &Browser) -> [Reply; 2] {
        [
            self.decide(browser, "deny").await,
            browser.post("/login/cancel", &[("request", &self.request)]).await,
        ]
    }
}

fn assert_way_back(reply: &Reply) {
    assert_page(reply, 200);
    assert!(
        reply.body.contains("Return to <bdi>Client shop</bdi>"),
        "{}",
        reply.body
    );
    assert!(
        reply
            .body
            .contains(r#"href="https://www.shop.example.com/start""#)
    );
    assert!(!reply.body.contains("ac_0_") && !reply.body.contains("/callback"));
}

/// AZ-04: for ten seconds a double click, a repeated post, Back and reload lead to the answer that was given, from
/// whichever page; afterwards to a page with the way on. One code, one login.
#[tokio::test]
async fn az_04_the_same_browser_is_led_on_to_the_same_answer() {
    let asked = Asked::new().await;
    let answered = asked.allow().await;
    asked.app.clock.advance(Duration::from_secs(9));
    for again in asked.everything(&asked.browser).await {
        assert_eq!(again.header("location"), answered.header("location"));
        assert_eq!(again.header("cache-control"), "no-store");
    }
    asked.app.clock.advance(Duration::from_secs(1));
    for late in asked.everything(&asked.browser).await {
        assert_way_back(&late);
    }
    assert_eq!(codes(&asked.app).await, 1);
    assert_eq!(events(&asked.app, "LOGIN_SUCCESS").await, 1);
    let tokens = asked.shop.exchange(&answered.parameter("code").unwrap()).await;
    assert_eq!(
        tokens.status, 200,
        "nothing of this spent the code: {}",
        tokens.body
    );
}

/// AZ-04: a code that was redeemed reaches the client no second time: that would end what it issued (CO-01).
#[tokio::test]
async fn az_04_a_redeemed_code_is_never_given_again() {
    let asked = Asked::new().await;
    let answered = asked.allow().await;
    let tokens = asked.shop.exchange(&answered.parameter("code").unwrap()).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    for again in asked.everything(&asked.browser).await {
        assert_way_back(&again);
    }
    for again in asked.refusals(&asked.browser).await {
        assert_way_back(&again);
    }
    let tokens = tokens.json();
    let userinfo = asked
        .shop
        .userinfo(tokens["access_token"].as_str().unwrap())
        .await;
    assert_eq!(userinfo.status, 200, "{}", userinfo.body);
}

/// AZ-04: whoever refuses after having allowed is not sent to the client with the code, and whoever allows after having
/// refused gets the refusal.
#[tokio::test]
async fn az_04_an_answer_does_not_turn_into_its_opposite() {
    let allowed = Asked::new().await;
    allowed.allow().await;
    for refused in allowed.refusals(&allowed.browser).await {
        assert_way_back(&refused);
    }
    let refused = Asked::new().await;
    let answer = refused.decide(&refused.browser, "deny").await;
    assert_refused(&answer, &refused.shop, "access_denied");
    for again in refused.everything(&refused.browser).await {
        assert_eq!(again.header("location"), answer.header("location"));
    }
    for again in refused.refusals(&refused.browser).await {
        assert_eq!(again.header("location"), answer.header("location"));
    }
    refused.app.clock.advance(Duration::from_secs(11));
    for late in refused.everything(&refused.browser).await {
        assert_way_back(&late);
    }
    assert_eq!(
        (
            codes(&refused.app).await,
            events(&refused.app, "CONSENT_GRANTED").await
        ),
        (0, 0)
    );
}

/// AZ-04, AZ-11: another browser is led nowhere, with a session of its own or without, before the answer and after.
#[tokio::test]
async fn az_04_another_browser_is_not_led_on() {
    let asked = Asked::new().await;
    let mallory = a_person("mallory").create(&asked.app).await;
    let web = asked.app.relying_party(&a_client("web").create(&asked.app).await);
    let others = [asked.app.browser(), signed_in(&asked.app, &web, &mallory).await];
    asked.allow().await;
    for other in &others {
        let refusals = asked.refusals(other).await;
        for reply in asked.everything(other).await.iter().chain(&refusals) {
            assert_page(reply, 400);
            assert!(!reply.body.contains("shop"), "the client is named");
        }
    }
}

/// AZ-04: what the database keeps of an answer opens with the flow cookie alone, which is not there.
#[tokio::test]
async fn az_04_a_kept_answer_cannot_be_read_in_the_database() {
    let asked = Asked::new().await;
    let code = asked.allow().await.parameter("code").unwrap();
    let mut admin = asked.app.database.admin().await;
    let row: String = sqlx::query_scalar(
        "select to_jsonb(r)::text || encode(answer, 'escape') from auth.authorization_requests r",
    )
    .fetch_one(&mut admin)
    .await
    .unwrap();
    assert!(!row.contains(&code), "{row}");
    assert!(
        !row.contains(&asked.browser.cookie("signet_flow").unwrap()),
        "{row}"
    );
}

/// AZ-04: a double click makes one code, however the halves overtake each other, and each half comes to the client.
#[tokio::test]
async fn az_04_a_double_click_makes_one_code() {
    let asked = Asked::new().await;
    let click = async || -> Reply {
        let allowed = asked.decide(&asked.browser, "allow").await;
        asked.browser.follow(allowed).await
    };
    let (one, two, three) = tokio::join!(click(), click(), click());
    assert!(one.parameter("code").is_some(), "{}", one.body);
    for other in [two, three] {
        assert_eq!(other.header("location"), one.header("location"), "{}", other.body);
    }
    assert_eq!(codes(&asked.app).await, 1);
}

/// AZ-04: the answer of a form comes again in a form.
#[tokio::test]
async fn az_04_a_form_post_is_repeated_as_a_form() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let browser = app.browser();
    let url = web.authorization_url(&[("response_mode", "form_post"), ("state", "a&b")]);
    let page = browser.get(&url).await;
    let resumed = browser.sign_in(&page, &ada).await;
    let answered = browser.get(resumed.location().as_str()).await;
    assert!(
        answered.body.contains(r#"name="code" value="ac_"#),
        "{}",
        answered.body
    );
    let again = browser.get(resumed.location().as_str()).await;
    assert_eq!((again.status, &again.body), (200, &answered.body));
}

/// A sign-in that nobody finished in time shows the way back to the application, in its own browser.
#[tokio::test]
async fn a_sign_in_that_took_too_long_shows_the_way_back() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let native = a_client("native").public().redirect_uri("com.example.app:/cb");
    let native = app.relying_party(&native.create(&app).await);
    for (party, way) in [
        (&web, r#"href="https://web.example.com/""#),
        (
            &native,
            r#"<p id="way-back">Return to <strong><bdi>Client native</bdi></strong>"#,
        ),
    ] {
        let browser = app.browser();
        let page = browser.get(&party.authorization_url(&[])).await;
        app.clock.advance(Duration::from_mins(11));
        let request = page.parameter("request").unwrap();
        let login = [
            ("request", request.as_str()),
            ("username", ada.email.as_str()),
            ("password", ada.password.as_str()),
        ];
        for late in [
            browser.get(page.location().as_str()).await,
            browser.post("/login", &login).await,
            browser.post("/login/cancel", &[("request", &request)]).await,
        ] {
            assert_page(&late, 400);
            assert!(
                late.body.contains("took too long") && late.body.contains(way),
                "{}",
                late.body
            );
        }
        let elsewhere = app.browser().get(page.location().as_str()).await;
        assert_page(&elsewhere, 400);
        assert!(!elsewhere.body.contains("Client ") && elsewhere.body.contains("/account"));
    }
    assert_eq!(events(&app, "LOGIN_SUCCESS").await, 0);
}

/// A sign-in page that is loaded again by somebody who is signed in leads on: to the application, or to the account.
/// Where another proof is asked for, it stays.
#[tokio::test]
async fn a_reloaded_sign_in_page_leads_a_signed_in_person_on() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let browser = app.browser();
    let waits = browser.get(&web.authorization_url(&[])).await;
    let fresh = browser.get(&web.authorization_url(&[("prompt", "login")])).await;
    // Signed in meanwhile, in another window.
    let other = browser.get(&web.authorization_url(&[])).await;
    app.clock.advance(Duration::from_secs(1));
    browser.sign_in(&other, &ada).await;
    assert_eq!(browser.get("/login").await.location().path(), "/account");
    let reloaded = browser.get(waits.location().as_str()).await;
    assert_eq!(reloaded.location().path(), "/oauth2/continue");
    let answered = browser.follow(reloaded).await;
    assert!(answered.parameter("code").is_some(), "{}", answered.body);
    let later = browser.get(fresh.location().as_str()).await;
    assert_eq!(
        later.location().path(),
        "/oauth2/continue",
        "the proof was given after the request"
    );
    app.clock.advance(Duration::from_secs(1));
    let again = browser.get(&web.authorization_url(&[("prompt", "login")])).await;
    assert_eq!(browser.get(again.location().as_str()).await.status, 200);
}
