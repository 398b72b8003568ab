//! The question whether an application may.

use super::application::Application;
use super::driver::{Scripts, with_browser};
use super::window::Window;
use crate::app::TestApp;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};

/// Signs in on the page that is shown.
pub async fn sign_in(window: &Window, person: &TestPerson) {
    window.fill("#username", &person.email).await;
    window.fill("#password", &person.password).await;
    window.press("#submit").await;
}

/// Core §3.1.2.4: the page names the application, what it wants and who is asked; what was allowed is not asked
/// again, what is new is.
#[tokio::test]
async fn what_was_allowed_is_not_asked_again() {
    let app = TestApp::new().await;
    let application = Application::start().await;
    let person = a_person("xena").create(&app).await;
    let client = a_client("web")
        .third_party()
        .redirect_uri(&application.url("/callback"))
        .create(&app)
        .await;
    let hand = app.relying_party(&client);
    with_browser(Scripts::On, async |window| {
        window
            .visit(&hand.authorization_url(&[("scope", "openid email")]))
            .await;
        sign_in(&window, &person).await;
        let asked = window.read("main").await;
        assert!(
            asked.contains("Client web") && asked.contains("Person xena"),
            "{asked}"
        );
        assert!(asked.contains("http://localhost"), "{asked}");
        assert!(!asked.contains("while you are away"), "{asked}");
        window.press("#allow").await;
        window.see("#arrived").await;
        assert!(application.arrival().await.parameters.contains_key("code"));
        window
            .visit(&hand.authorization_url(&[("scope", "openid email")]))
            .await;
        window.see("#arrived").await;
        assert!(application.arrival().await.parameters.contains_key("code"));
        window
            .visit(
                &hand.authorization_url(&[("scope", "openid email offline_access"), ("prompt", "consent")]),
            )
            .await;
        assert!(window.read("main").await.contains("while you are away"));
        window.check().await;
        window.press("#allow").await;
        window.see("#arrived").await;
        let arrival = application.arrival().await;
        let tokens = hand.exchange(&arrival.parameters["code"]).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
    })
    .await;
}

/// RFC 6749 §4.1.2.1: a refusal is told and gives nothing; the question comes again. Without scripts too.
#[tokio::test]
async fn a_refusal_is_told_and_not_kept() {
    let app = TestApp::new().await;
    let application = Application::start().await;
    let person = a_person("yara").create(&app).await;
    let client = a_client("web")
        .third_party()
        .redirect_uri(&application.url("/callback"))
        .create(&app)
        .await;
    let hand = app.relying_party(&client);
    with_browser(Scripts::Off, async |window| {
        window.visit(&hand.authorization_url(&[])).await;
        sign_in(&window, &person).await;
        window.press("#deny").await;
        window.see("#arrived").await;
        let arrival = application.arrival().await;
        assert_eq!(arrival.parameters["error"], "access_denied");
        assert!(!arrival.parameters.contains_key("code"));
        window.visit(&hand.authorization_url(&[])).await;
        window.see("#allow").await;
        window.check().await;
        assert!(application.is_quiet());
    })
    .await;
}
