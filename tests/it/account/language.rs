//! In which language a person is spoken to, and where they choose it.

use signet::i18n::Locale;

use crate::app::{Browser, Reply, TestApp};
use crate::fixtures::client::TestClient;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person, an_organization};

const GERMAN: (&str, &str) = ("accept-language", "de-AT,de;q=0.9,en;q=0.8");

/// The language that a page says it is in.
#[track_caller]
fn language(page: &Reply) -> &str {
    let (_, rest) = page.body.split_once("<html lang=\"").expect("a page");
    let (tag, _) = rest.split_once('"').expect("a language");
    assert_eq!(page.header("content-language"), tag, "both say the same");
    tag
}

/// Chooses a language at the foot of a page, and comes back to it.
async fn choose(browser: &Browser, page: &Reply, tag: &str) -> Reply {
    let to = page.field("to").replace("&#38;", "&");
    let chosen = browser
        .post("/language", &[("to", to.as_str()), ("language", tag)])
        .await;
    browser.get(chosen.location().as_str()).await
}

struct Scene {
    app: TestApp,
    client: TestClient,
    ada: TestPerson,
}

async fn scene() -> Scene {
    let app = TestApp::new().await;
    let client = a_client("shop").third_party().create(&app).await;
    let ada = a_person("ada").create(&app).await;
    Scene { app, client, ada }
}

impl Scene {
    /// The sign-in page of a request.
    async fn asked(&self, browser: &Browser, extra: &[(&str, &str)]) -> (Reply, Reply) {
        let url = self.app.relying_party(&self.client).authorization_url(extra);
        let begun = browser.get_with(&url, &[GERMAN]).await;
        let page = browser.get_with(begun.location().as_str(), &[GERMAN]).await;
        (begun, page)
    }

    async fn locale(&self) -> Option<String> {
        sqlx::query_scalar("select locale from auth.users where id = $1")
            .bind(self.ada.id.as_str())
            .fetch_one(&mut self.app.database.admin().await)
            .await
            .expect("a person")
    }
}

/// What the browser prefers; without a preference that we have, what the operator configured.
#[tokio::test]
async fn a_browser_that_prefers_a_language_is_answered_in_it() {
    let app = TestApp::with(|config| config.pages.language = Locale::It).await;
    let browser = app.browser();
    for (accepted, tag) in [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("nl, fr-CA;q=0.5, en;q=0.2", "fr"),
        ("es", "es"),
        ("nl", "it"),
        ("*", "it"),
    ] {
        let page = browser.get_with("/login", &[("accept-language", accepted)]).await;
        assert_eq!(language(&page), tag, "{accepted}");
    }
    assert_eq!(language(&browser.get("/").await), "it");
    let missing = browser
        .get_with("/no/such/page", &[GERMAN, ("accept", "text/html")])
        .await;
    assert_eq!((missing.status, language(&missing)), (404, "de"));
    assert!(missing.body.contains("Seite nicht gefunden"), "{}", missing.body);
    let other_site = browser
        .post_from("/login", &[], Some("https://evil.example"))
        .await;
    assert_eq!((other_site.status, language(&other_site)), (403, "it"));
}

/// OpenID Connect Core §3.1.2.1: the request's own languages, in the order of preference, on every page of it.
#[tokio::test]
async fn a_request_brings_its_language_to_every_page_of_it() {
    let scene = scene().await;
    let discovery = scene
        .app
        .browser()
        .get("/.well-known/openid-configuration")
        .await
        .json();
    let supported = Locale::ALL.map(Locale::tag);
    assert_eq!(discovery["ui_locales_supported"], serde_json::json!(supported));
    let browser = scene.app.browser();
    let (begun, page) = scene.asked(&browser, &[("ui_locales", "se fr-CA en")]).await;
    assert_eq!(language(&page), "fr");
    assert!(
        page.body
            .contains("pour continuer vers <strong><bdi>Client shop</bdi></strong>")
    );
    let request = begun.parameter("request").expect("a request");
    let wrong = [
        ("request", request.as_str()),
        ("username", "ada"),
        ("password", "wrong"),
    ];
    let again = browser.post("/login", &wrong).await;
    assert_eq!((again.status, language(&again)), (401, "fr"));
    let resumed = browser.sign_in(&begun, &scene.ada).await;
    let consent = browser.get(resumed.location().as_str()).await;
    let consent = browser.get_with(consent.location().as_str(), &[GERMAN]).await;
    assert_eq!(language(&consent), "fr");
    assert!(consent.body.contains("Autoriser"), "{}", consent.body);
    // What a refused request asked for is read too; what the client's developer copies stays English.
    let refused = browser
        .get("/oauth2/authorize?client_id=unknown&ui_locales=es")
        .await;
    assert_eq!((refused.status, language(&refused)), (400, "es"));
    assert!(
        refused.body.contains(r#"<dd id="description" lang="en">"#),
        "{}",
        refused.body
    );
    // Languages that we do not speak are no error.
    let (_, page) = scene.asked(&browser, &[("ui_locales", "nn xx-!")]).await;
    assert_eq!(language(&page), "de");
}

/// Whoever chooses another language sees it, whatever the request asked for; a later request is heard again.
#[tokio::test]
async fn what_is_chosen_on_a_page_comes_before_what_its_request_asked_for() {
    let scene = scene().await;
    let browser = scene.app.browser();
    let (_, page) = scene.asked(&browser, &[("ui_locales", "fr")]).await;
    scene.app.clock.advance(std::time::Duration::from_secs(5));
    let chosen = choose(&browser, &page, "es").await;
    assert_eq!(language(&chosen), "es");
    assert_eq!(
        chosen.field("request"),
        page.field("request"),
        "it is the same page"
    );
    let (_, page) = scene.asked(&browser, &[]).await;
    assert_eq!(language(&page), "es", "the choice is kept");
    scene.app.clock.advance(std::time::Duration::from_secs(5));
    let (_, page) = scene.asked(&browser, &[("ui_locales", "it")]).await;
    assert_eq!(language(&page), "it");
}

/// A choice of whoever is signed in goes into their profile, and speaks where no cookie does.
#[tokio::test]
async fn what_a_person_chooses_is_kept_in_their_profile() {
    let scene = scene().await;
    let sign_in = [
        ("username", scene.ada.email.as_str()),
        ("password", &scene.ada.password),
    ];
    let browser = scene.app.browser();
    browser.post("/login", &sign_in).await;
    let account = browser.get("/account").await;
    assert_eq!((language(&account), scene.locale().await), ("en", None));
    let chosen = choose(&browser, &account, "fr").await;
    assert_eq!(language(&chosen), "fr");
    assert!(chosen.body.contains("Votre compte"), "{}", chosen.body);
    assert_eq!(scene.locale().await.as_deref(), Some("fr"));
    let elsewhere = scene.app.browser();
    let before = elsewhere.get_with("/login", &[GERMAN]).await;
    assert_eq!(language(&before), "de", "nobody is known yet");
    elsewhere.post("/login", &sign_in).await;
    let account = elsewhere.get_with("/account", &[GERMAN]).await;
    assert_eq!(language(&account), "fr");
    // A region that the profile names is not lost to a choice of the same language.
    sqlx::query("update auth.users set locale = 'fr-CA' where id = $1")
        .bind(scene.ada.id.as_str())
        .execute(&mut scene.app.database.admin().await)
        .await
        .expect("a person");
    choose(&elsewhere, &account, "fr").await;
    assert_eq!(scene.locale().await.as_deref(), Some("fr-CA"));
}

/// RP-Initiated Logout §2: the question and the last page are in the language that the application asked for.
#[tokio::test]
async fn signing_out_speaks_the_language_that_is_asked_for() {
    let scene = scene().await;
    let browser = scene.app.browser();
    let sign_in = [
        ("username", scene.ada.email.as_str()),
        ("password", &scene.ada.password),
    ];
    browser.post("/login", &sign_in).await;
    let asked = browser
        .get("/oauth2/logout?client_id=shop&ui_locales=it%20de")
        .await;
    let question = browser.get(asked.location().as_str()).await;
    assert_eq!(language(&question), "it");
    assert!(question.body.contains("Vuoi uscire?"), "{}", question.body);
    let fields = [
        ("request", question.field("request")),
        ("session", question.field("session")),
    ];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let left = browser.post("/oauth2/logout/confirm", &fields).await;
    let done = browser.get(left.location().as_str()).await;
    assert_eq!(language(&done), "it");
    assert_eq!(done.field("to"), "/oauth2/logout/done?client_id=shop");
    let done = choose(&browser, &done, "de").await;
    assert_eq!((done.status, language(&done)), (200, "de"));
}

/// BR-02: the choice is a form of ours, and leads to no other site.
#[tokio::test]
async fn a_choice_leads_nowhere_else_and_comes_from_our_own_pages() {
    let app = TestApp::new().await;
    let browser = app.browser();
    for to in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "@evil.example",
        ".evil.example",
        "/a\r\nlocation: https://evil.example",
        "",
    ] {
        let sent = browser.post("/language", &[("to", to), ("language", "de")]).await;
        assert_eq!(sent.status, 303);
        let location: url::Url = sent.header("location").parse().expect("an address");
        assert_eq!(location.origin().ascii_serialization(), app.issuer, "{to:?}");
    }
    let foreign = app.browser();
    let fields = [("to", "/"), ("language", "de")];
    let refused = foreign
        .post_from("/language", &fields, Some("https://evil.example"))
        .await;
    assert_eq!((refused.status, foreign.cookie("signet_language")), (403, None));
    let unknown = foreign
        .post("/language", &[("to", "/"), ("language", "xx")])
        .await;
    assert_eq!((unknown.status, foreign.cookie("signet_language")), (303, None));
    for planted in ["xx.1", "de", "de.x", "de.-99999999999999999999", "'\"><b>"] {
        foreign.set_cookie("signet_language", planted);
        assert_eq!(language(&foreign.get("/login").await), "en", "{planted}");
    }
}

/// DR-05: every page in every language says all of its texts, and whatever a name holds is inert in each.
#[tokio::test]
async fn dr_05_every_language_says_every_page_and_names_are_inert_in_it() {
    let scene = scene().await;
    let hostile = "<img src=x onerror=alert(1)>{ $client }&#x202e;";
    let client = a_client("hostile")
        .third_party()
        .with(|metadata| hostile.clone_into(&mut metadata.client_name))
        .create(&scene.app)
        .await;
    let team = an_organization(&scene.app, "team", &scene.ada, None).await;
    let hand = scene.app.relying_party(&client);
    for locale in Locale::ALL {
        let name = format!("eve-{}", locale.tag());
        let eve = a_person(&name).create(&scene.app).await;
        let (_, token) = team
            .invite_as(&scene.app, &scene.ada.actor(), &eve.email, "admin")
            .await
            .expect("an invitation");
        let browser = scene.app.browser();
        browser.set_cookie("signet_language", &format!("{}.0", locale.tag()));
        let begun = browser
            .get(&hand.authorization_url(&[("scope", "openid email offline_access custom")]))
            .await;
        let request = begun.parameter("request").expect("a request");
        let mut pages = vec![
            browser.get("/").await,
            browser.get("/login").await,
            browser.get(begun.location().as_str()).await,
            browser.post("/login", &[("request", &request)]).await,
            browser.get("/account/invitation").await,
            browser.get("/account/invitation?token=nonsense").await,
            browser.get("/oauth2/authorize?client_id=unknown").await,
            browser
                .get("/oauth2/logout/done?client_id=hostile&not_returned=true")
                .await,
            browser.get("/consent?request=nonsense").await,
        ];
        let resumed = browser.sign_in(&begun, &eve).await;
        let consent = browser.follow(resumed).await;
        let asked = browser.get("/oauth2/logout?client_id=hostile").await;
        browser
            .get(&format!("/account/invitation?token={}", token.expose()))
            .await;
        pages.extend([
            browser.get("/account").await,
            browser.get(asked.location().as_str()).await,
            browser.get("/account/invitation").await,
        ]);
        browser.decide(&request, "deny").await;
        let form = [
            ("scope", "openid"),
            ("prompt", "none"),
            ("response_mode", "form_post"),
        ];
        pages.push(browser.get(&hand.authorization_url(&form)).await);
        pages.push(consent);
        for page in pages {
            assert_eq!(language(&page), locale.tag(), "{}", page.body);
            assert!(!page.body.contains("<img"), "{}", page.body);
            assert!(!page.body.contains("{$"), "{}", page.body);
        }
    }
}
