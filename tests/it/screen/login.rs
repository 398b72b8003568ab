//! Signing in with eyes and hands.

use thirtyfour::Key;

use super::application::Application;
use super::driver::{Scripts, with_browser};
use crate::app::TestApp;
use crate::fixtures::{a_client, a_person};

/// WCAG 2.1.1; RFC 9700 §4.2: from the first page to the application with the keyboard alone, one mistake included.
/// The code reaches the application, and no address that held it is told to anybody.
#[tokio::test]
async fn a_person_signs_in_with_the_keyboard_alone() {
    keyboard_alone(Scripts::On).await;
}

/// The pages do not need scripts.
#[tokio::test]
async fn a_person_signs_in_without_scripts() {
    keyboard_alone(Scripts::Off).await;
}

async fn keyboard_alone(scripts: Scripts) {
    let app = TestApp::new().await;
    let application = Application::start().await;
    let person = a_person("vera").create(&app).await;
    let client = a_client("web")
        .third_party()
        .redirect_uri(&application.url("/callback"))
        .create(&app)
        .await;
    let hand = app.relying_party(&client);
    with_browser(scripts, async |window| {
        window
            .visit(&hand.authorization_url(&[("scope", "openid email")]))
            .await;
        window.see("#password").await;
        window.check().await;
        assert_eq!(window.focus().await, "username");
        window.keys(&person.email).await;
        window.key(Key::Tab).await;
        window.keys("not her password").await;
        window.key(Key::Enter).await;
        assert!(!window.read("#problem").await.is_empty());
        window.check().await;
        let field = window.see("#username").await;
        assert_eq!(field.value().await.expect("a value"), Some(person.email.clone()));
        assert_eq!(
            field
                .attr("aria-describedby")
                .await
                .expect("an attribute")
                .as_deref(),
            Some("problem")
        );
        assert_eq!(window.focus().await, "password");
        window.keys(&person.password).await;
        window.key(Key::Enter).await;
        window.see("#allow").await;
        window.check().await;
        window.tab_to("allow").await;
        window.key(Key::Enter).await;
        window.see("#arrived").await;
        window.check_console().await;
        let arrival = application.arrival().await;
        assert_eq!(arrival.method, "GET");
        assert_eq!(arrival.parameters["state"], "state-1");
        assert_eq!(arrival.parameters["iss"], app.issuer);
        // The browser may name our origin, never a path or query.
        assert!(
            arrival
                .referer
                .is_none_or(|referer| referer.trim_end_matches('/') == app.issuer)
        );
        let tokens = hand.exchange(&arrival.parameters["code"]).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
    })
    .await;
}

/// RFC 6749 §4.1.2.1: whoever does not want to sign in goes back to the application, which is told.
#[tokio::test]
async fn a_person_who_cancels_returns_to_the_application() {
    let app = TestApp::new().await;
    let application = Application::start().await;
    let client = a_client("web")
        .redirect_uri(&application.url("/callback"))
        .create(&app)
        .await;
    let hand = app.relying_party(&client);
    with_browser(Scripts::On, async |window| {
        window.visit(&hand.authorization_url(&[])).await;
        window.see("#deny").await;
        let page = window.address().await.to_string();
        window.press("#deny").await;
        window.see("#arrived").await;
        let arrival = application.arrival().await;
        assert_eq!(arrival.parameters["error"], "access_denied");
        assert_eq!(arrival.parameters["state"], "state-1");
        assert!(!arrival.parameters.contains_key("code"));
        // attacks.md AZ-04: whoever goes back comes to the application again, and later to the way there.
        window.back().await;
        window.press("#deny").await;
        window.see("#arrived").await;
        assert_eq!(application.arrival().await.parameters["error"], "access_denied");
        app.clock.advance(std::time::Duration::from_secs(11));
        window.visit(&page).await;
        window.see("#account").await;
        assert!(window.read("#way-back").await.contains("Return to Client web"));
        window.check().await;
        assert!(application.is_quiet());
    })
    .await;
}

/// attacks.md AZ-04: impatient fingers sign in as well: two clicks, one code, and it is good.
#[tokio::test]
async fn a_double_click_signs_in() {
    let app = TestApp::new().await;
    let application = Application::start().await;
    let person = a_person("ivo").create(&app).await;
    let client = a_client("web")
        .third_party()
        .redirect_uri(&application.url("/callback"))
        .create(&app)
        .await;
    let hand = app.relying_party(&client);
    with_browser(Scripts::On, async |window| {
        window.visit(&hand.authorization_url(&[])).await;
        window.fill("#username", &person.email).await;
        window.fill("#password", &person.password).await;
        window.press_twice("#submit").await;
        window.see("#allow").await;
        window.press_twice("#allow").await;
        window.see("#arrived").await;
        window.check_console().await;
        let arrival = application.arrival().await;
        let tokens = hand.exchange(&arrival.parameters["code"]).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
    })
    .await;
}

/// The account page asks for a sign-in and shows who it was; the cookie is out of a script's reach (BR-06).
#[tokio::test]
async fn the_account_page_shows_who_is_signed_in() {
    let app = TestApp::new().await;
    let person = a_person("wim").create(&app).await;
    with_browser(Scripts::On, async |window| {
        window.visit(&format!("{}/", app.issuer)).await;
        window.check().await;
        window.visit(&format!("{}/account", app.issuer)).await;
        window.fill("#username", "wim").await;
        window.fill("#password", &person.password).await;
        window.press("#submit").await;
        assert_eq!(window.read("#display-name").await, "Person wim");
        window.check().await;
        let cookie = window.cookie("signet_session").await.expect("a session");
        assert_eq!(cookie.http_only, Some(true));
        assert_eq!(cookie.path.as_deref(), Some("/"));
        assert!(matches!(cookie.same_site, Some(thirtyfour::SameSite::Lax)));
        window.visit(&format!("{}/no/such/page", app.issuer)).await;
        window.see("#request-id").await;
        window.check().await;
    })
    .await;
}
