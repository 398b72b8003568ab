//! Attacks on signing out: BR-07. Where a sign-out leads is `redirect_uri_after`'s.

use std::time::Duration;

use super::evidence::{assert_page, count, events, sessions, signed_in};
use crate::app::{Browser, RelyingParty, Reply, TestApp};
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};

struct Scene {
    app: TestApp,
    web: RelyingParty,
    ada: TestPerson,
    bob: TestPerson,
}

async fn scene() -> Scene {
    let app = TestApp::new().await;
    Scene {
        ada: a_person("ada").create(&app).await,
        bob: a_person("bob").create(&app).await,
        web: app.relying_party(&a_client("web").post_logout(AFTER).create(&app).await),
        app,
    }
}

const AFTER: &str = "https://web.example.com/bye";

impl Scene {
    /// A browser where somebody is signed in, and the ID token of that session.
    async fn with_hint(&self, person: &TestPerson) -> (Browser, String) {
        let browser = self.app.browser();
        let reply = self.web.authorize(&browser, person, &[]).await;
        let tokens = self.web.exchange(&reply.parameter("code").unwrap()).await.json();
        (browser, tokens["id_token"].as_str().unwrap().to_owned())
    }
}

/// The question that a request led to, with its two hidden fields.
struct Question {
    page: Reply,
    fields: [(&'static str, String); 2],
}

impl Question {
    async fn of(browser: &Browser, request: &str) -> Self {
        let sent_on = browser.get(request).await;
        assert_eq!(sent_on.location().path(), "/oauth2/logout/confirm");
        Self::at(browser, sent_on.header("location")).await
    }

    async fn at(browser: &Browser, address: &str) -> Self {
        let page = browser.get(address).await;
        assert_page(&page, 200);
        assert!(page.body.contains("Sign out?"), "{}", page.body);
        let fields = ["request", "session"].map(|name| {
            let rest = page
                .body
                .split(&format!(r#"name="{name}" value=""#))
                .nth(1)
                .unwrap();
            (name, rest.split('"').next().unwrap().to_owned())
        });
        Self { page, fields }
    }

    async fn answer(&self, browser: &Browser) -> Reply {
        let fields = [0, 1].map(|index| (self.fields[index].0, self.fields[index].1.as_str()));
        browser.post("/oauth2/logout/confirm", &fields).await
    }
}

/// BR-07; ASVS 10.6.2, 7.4.1: a logout that nothing proves asks the person; only their own session ends, and nothing
/// of it comes back.
#[tokio::test]
async fn br_07_a_logout_without_proof_asks_and_ends_one_session() {
    let scene = scene().await;
    let (elsewhere, of_elsewhere) = scene.with_hint(&scene.ada).await;
    let (other, of_bob) = scene.with_hint(&scene.bob).await;
    let (browser, own) = scene.with_hint(&scene.ada).await;
    let session = browser.cookie("signet_session").unwrap();
    let (forged, _) = own.rsplit_once('.').unwrap();
    for query in [
        String::new(),
        "?client_id=web".to_owned(),
        "?id_token_hint=x".to_owned(),
        format!("?id_token_hint={forged}."),
        format!("?id_token_hint={of_bob}"),
        format!("?id_token_hint={of_elsewhere}"),
        format!("?id_token_hint={own}&client_id=other"),
    ] {
        let asked = Question::of(&browser, &format!("/oauth2/logout{query}")).await;
        assert!(asked.page.body.contains("Person ada"), "{query}");
    }
    assert_eq!(events(&scene.app, "LOGOUT").await, 0);
    let asked = Question::of(&browser, "/oauth2/logout").await;
    let strange = asked.answer(&other).await;
    assert_eq!(
        strange.location().path(),
        "/oauth2/logout",
        "another browser's question"
    );
    assert_eq!(events(&scene.app, "LOGOUT").await, 0);
    let ended = asked.answer(&browser).await;
    assert_page(&browser.follow(ended).await, 200);
    assert_eq!(
        (
            events(&scene.app, "LOGOUT").await,
            browser.cookie("signet_session")
        ),
        (1, None)
    );
    browser.set_cookie("signet_session", &session);
    assert_eq!(
        browser.get("/account").await.location().path(),
        "/login",
        "back leads nowhere"
    );
    let again = asked.answer(&browser).await;
    assert_eq!(again.location().path(), "/oauth2/logout/done");
    assert_eq!(events(&scene.app, "LOGOUT").await, 1);
    for still in [&elsewhere, &other] {
        assert_eq!(still.get("/account").await.status, 200);
    }
    let fresh = signed_in(&scene.app, &scene.web, &scene.ada).await;
    // A hint of a session that ended proves nothing of this one.
    Question::of(&fresh, &format!("/oauth2/logout?id_token_hint={own}")).await;
    assert_eq!(sessions(&scene.app).await, 4);
}

/// BR-07; RP-Initiated Logout §2: the session's own hint ends it, even an expired one.
#[tokio::test]
async fn br_07_its_own_hint_ends_a_session_at_once() {
    let scene = scene().await;
    let (browser, own) = scene.with_hint(&scene.ada).await;
    scene.app.clock.advance(Duration::from_hours(2));
    let ended = browser.get(&format!("/oauth2/logout?id_token_hint={own}")).await;
    assert_page(&browser.follow(ended).await, 200);
    assert_eq!(browser.get("/account").await.status, 303);
    let ended = "select count(*) from auth.sessions where revoked_reason = 'logout'";
    assert_eq!(
        (count(&scene.app, ended).await, events(&scene.app, "LOGOUT").await),
        (1, 1)
    );
}

/// BR-07: a hint that came in a form stands in no address, however long it is, and nowhere in the database; the
/// request that is kept of it is found in one browser only, and proves what the hint proved.
#[tokio::test]
async fn br_07_a_posted_hint_is_carried_nowhere() {
    let scene = scene().await;
    let (browser, own) = scene.with_hint(&scene.ada).await;
    let ballast = "x".repeat(9_800);
    let long = [
        ("id_token_hint", ballast.as_str()),
        ("logout_hint", ballast.as_str()),
    ];
    let own_hint = [
        ("id_token_hint", own.as_str()),
        ("post_logout_redirect_uri", AFTER),
        ("state", "bye"),
    ];
    for fields in [&long[..], &own_hint] {
        let sent_on = browser.post_from("/oauth2/logout", fields, None).await;
        assert_eq!(
            (sent_on.status, sent_on.header("referrer-policy")),
            (303, "no-referrer")
        );
        let address = sent_on.header("location");
        assert!(
            address.len() < 200 && !address.contains(&own) && !address.contains("xxx"),
            "{address}"
        );
    }
    let kept = "select count(*) from auth.logout_requests where request::text like '%eyJ%'";
    assert_eq!(count(&scene.app, kept).await, 0);
    let sent_on = browser.post_from("/oauth2/logout", &own_hint, None).await;
    let ended = browser.get(sent_on.header("location")).await;
    assert_eq!(ended.header("location"), format!("{AFTER}?state=bye"));
    assert_eq!(events(&scene.app, "LOGOUT").await, 1);
    // A reload leads to the same place; another browser learns nothing.
    let again = browser.get(sent_on.header("location")).await;
    assert_eq!(again.header("location"), format!("{AFTER}?state=bye"));
    let stranger = scene.app.browser().get(sent_on.header("location")).await;
    assert_eq!(stranger.location().path(), "/oauth2/logout");
}

/// BR-07: the question is about the session that it was shown for. Who signed in since in the same browser is asked
/// about their own.
#[tokio::test]
async fn br_07_the_answer_ends_the_session_that_was_asked_about() {
    let scene = scene().await;
    let (browser, _) = scene.with_hint(&scene.ada).await;
    let asked = Question::of(&browser, "/oauth2/logout").await;
    let fields = [
        ("username", scene.bob.email.as_str()),
        ("password", scene.bob.password.as_str()),
    ];
    browser.post("/login", &fields).await;
    let answer = asked.answer(&browser).await;
    let asked = Question::at(&browser, answer.header("location")).await;
    assert!(asked.page.body.contains("Person bob"), "{}", asked.page.body);
    assert_eq!(events(&scene.app, "LOGOUT").await, 0);
    asked.answer(&browser).await;
    assert_eq!(events(&scene.app, "LOGOUT").await, 1);
    assert_eq!(browser.get("/account").await.status, 303);
}

/// BR-07: a question whose time is over is asked anew, without what the application wanted; its row goes.
#[tokio::test]
async fn br_07_a_question_does_not_wait_for_ever() {
    let scene = scene().await;
    let (browser, _) = scene.with_hint(&scene.ada).await;
    let wanted = format!("/oauth2/logout?client_id=web&post_logout_redirect_uri={AFTER}");
    let asked = Question::of(&browser, &wanted).await;
    scene.app.clock.advance(Duration::from_mins(11));
    let late = asked.answer(&browser).await;
    assert_eq!(late.location().path(), "/oauth2/logout");
    assert_eq!(events(&scene.app, "LOGOUT").await, 0);
    let anew = Question::of(&browser, late.header("location")).await;
    assert!(!anew.page.body.contains("Client web"), "{}", anew.page.body);
    let rows = "select count(*) from auth.logout_requests";
    assert_eq!(count(&scene.app, rows).await, 2);
    signet::jobs::cleanup::sweep(&scene.app.app).await.unwrap();
    assert_eq!(count(&scene.app, rows).await, 1);
}

/// BR-07: a request that repeats a parameter is read in no way at all; its page is titled as what it is, and no address
/// that holds a hint is told to anybody as a referrer.
#[tokio::test]
async fn br_07_an_unreadable_logout_says_what_it_is() {
    let scene = scene().await;
    let (browser, own) = scene.with_hint(&scene.ada).await;
    let twice = format!("/oauth2/logout?id_token_hint={own}&state=a&state=b");
    let refused = browser.get(&twice).await;
    assert_page(&refused, 400);
    assert!(
        refused.body.contains("<h1 id=\"title\">Sign-out error</h1>"),
        "{}",
        refused.body
    );
    assert!(refused.body.contains("/account\""), "{}", refused.body);
    assert_eq!(refused.header("referrer-policy"), "no-referrer");
    assert_eq!(browser.get("/account").await.status, 200);
}
