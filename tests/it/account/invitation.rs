//! The page on which an invited person joins or declines (attacks.md IV-01, BR-02).

use serde_json::Value;

use crate::app::{Browser, Reply, TestApp};
use crate::attack::evidence::{assert_page, events};
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_person, an_organization};

const PATH: &str = "/account/invitation";

/// Goes where an application sends a person to confirm, signs in there, and joins.
pub async fn confirm(browser: &Browser, answered: &Value, name: &str) {
    let shown = open(browser, answered["confirm_at"].as_str().expect("a page"), name).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    let joined = answer(browser, &shown, "accept").await;
    assert_eq!(joined.status, 200, "{}", joined.body);
}

/// Opens an invitation's link, signing in on the way if nobody is.
async fn open(browser: &Browser, url: &str, name: &str) -> Reply {
    let kept = browser.get(url).await;
    assert_eq!(kept.location().path(), PATH);
    assert_eq!(kept.location().query(), None, "the token leaves the address");
    let reply = browser.get(PATH).await;
    if reply.status != 303 {
        return reply;
    }
    assert_eq!(reply.location().path(), "/login");
    let password = format!("correct horse {name}");
    let after = browser
        .post("/login", &[("username", name), ("password", &password)])
        .await;
    assert_eq!(after.location().path(), PATH, "the sign-in leads back");
    browser.get(PATH).await
}

/// Presses a button of the page that was shown.
async fn answer(browser: &Browser, shown: &Reply, decision: &str) -> Reply {
    let (token, shown_for) = (shown.field("token"), shown.field("shown_for"));
    let fields = [
        ("token", token.as_str()),
        ("shown_for", &shown_for),
        ("decision", decision),
    ];
    browser.post(PATH, &fields).await
}

struct Scene {
    app: TestApp,
    olga: TestPerson,
    team: TestOrganization,
}

async fn scene() -> Scene {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    Scene { app, olga, team }
}

impl Scene {
    /// The link of an invitation, as it is sent to its address.
    async fn invite(&self, email: &str, role: &str) -> String {
        let (_, token) = self
            .team
            .invite_as(&self.app, &self.olga.actor(), email, role)
            .await
            .unwrap();
        format!("{}{PATH}?token={}", self.app.issuer, token.expose())
    }
}

/// The person signs in, sees who asks them to what as which role, and joins by their own word; a second one says that
/// they have.
#[tokio::test]
async fn an_invited_person_sees_who_asks_them_to_what_and_joins() {
    let scene = scene().await;
    let sven = a_person("sven").create(&scene.app).await;
    let link = scene.invite(&sven.email, "admin").await;
    let browser = scene.app.browser();
    let shown = open(&browser, &link, "sven").await;
    assert!(
        shown
            .header("content-security-policy")
            .contains("form-action 'self'")
    );
    for told in [
        "<bdi>team</bdi>",
        "Person olga",
        "<bdi>admin</bdi>",
        "Person sven",
    ] {
        assert!(shown.body.contains(told), "{told}: {}", shown.body);
    }
    assert_eq!(
        scene.team.role_of(&scene.app, &sven).await,
        None,
        "a look joins nobody"
    );
    let nothing = answer(&browser, &shown, "perhaps").await;
    assert_eq!(nothing.location().path(), PATH, "only the word itself joins");
    let joined = answer(&browser, &shown, "accept").await;
    assert!(joined.body.contains("You have joined"), "{}", joined.body);
    assert_eq!(
        scene.team.role_of(&scene.app, &sven).await.as_deref(),
        Some("admin")
    );
    assert_eq!(
        browser.cookie("signet_invitation"),
        None,
        "the token is kept no longer"
    );
    // A double click, and the link once more.
    assert_eq!(answer(&browser, &shown, "accept").await.status, 200);
    let again = open(&browser, &link, "sven").await;
    assert!(again.body.contains("You have joined already"), "{}", again.body);
    assert_eq!(events(&scene.app, "INVITATION_ACCEPTED").await, 1);
}

/// Declining is as easy, and final.
#[tokio::test]
async fn an_invited_person_declines() {
    let scene = scene().await;
    let sven = a_person("sven").create(&scene.app).await;
    let link = scene.invite(&sven.email, "member").await;
    let browser = scene.app.browser();
    let shown = open(&browser, &link, "sven").await;
    let declined = answer(&browser, &shown, "decline").await;
    assert!(declined.body.contains("You have declined"), "{}", declined.body);
    let late = answer(&browser, &shown, "accept").await;
    assert_eq!(late.status, 409, "{}", late.body);
    assert!(late.body.contains("It was declined"), "{}", late.body);
    assert_eq!(scene.team.role_of(&scene.app, &sven).await, None);
}

/// IV-01: the page opens nothing to whoever has the link and not the proven address, and tells them nothing of it.
#[tokio::test]
async fn iv_01_the_page_is_for_the_proven_mailbox_only() {
    let scene = scene().await;
    a_person("mallory").create(&scene.app).await;
    let sven = a_person("sven")
        .with(|new| new.email_verified = false)
        .create(&scene.app)
        .await;
    let link = scene.invite(&sven.email, "admin").await;
    for (name, status) in [("mallory", 403), ("sven", 403)] {
        let shown = open(&scene.app.browser(), &link, name).await;
        assert_page(&shown, status);
        for hidden in ["<form", "olga", "team", "admin"] {
            assert!(!shown.body.contains(hidden), "{name} {hidden}: {}", shown.body);
        }
    }
    for invented in ["iv_0_invented", "", "ss_0_x"] {
        let reply = scene.app.browser().get(&format!("{PATH}?token={invented}")).await;
        assert_page(&reply, 404);
    }
    assert_eq!(scene.team.joined(&scene.app).await.len(), 1);
}

/// BR-02, LO-09: a form from elsewhere answers nothing; neither does the one that was shown to somebody else in the same
/// browser, nor the one of another invitation.
#[tokio::test]
async fn br_02_a_form_that_was_not_shown_to_this_person_answers_no_invitation() {
    let scene = scene().await;
    let sven = a_person("sven").create(&scene.app).await;
    let tara = a_person("tara").create(&scene.app).await;
    let svens = scene.invite(&sven.email, "admin").await;
    let taras = scene.invite(&tara.email, "member").await;
    let browser = scene.app.browser();
    let shown = open(&browser, &svens, "sven").await;
    let (token, shown_for) = (shown.field("token"), shown.field("shown_for"));
    let fields = [
        ("token", token.as_str()),
        ("shown_for", &shown_for),
        ("decision", "accept"),
    ];
    for origin in [None, Some("null"), Some("https://evil.example")] {
        assert_page(&browser.post_from(PATH, &fields, origin).await, 403);
    }
    let credentials = [("username", "tara"), ("password", "correct horse tara")];
    browser.post("/login", &credentials).await;
    let own = open(&browser, &taras, "tara").await;
    for (token, shown_for) in [
        (own.field("token"), shown_for.clone()),
        (own.field("token"), String::new()),
        (token.clone(), own.field("shown_for")),
    ] {
        let fields = [
            ("token", token.as_str()),
            ("shown_for", &shown_for),
            ("decision", "accept"),
        ];
        let reply = browser.post(PATH, &fields).await;
        assert_eq!(reply.location().path(), PATH, "it is shown anew");
    }
    assert_eq!(scene.team.joined(&scene.app).await.len(), 1);
    // Nobody signed in: the sign-in comes first, and leads back.
    let elsewhere = scene.app.browser();
    assert_eq!(elsewhere.post(PATH, &fields).await.location().path(), "/login");
    assert_eq!(events(&scene.app, "INVITATION_ACCEPTED").await, 0);
}
