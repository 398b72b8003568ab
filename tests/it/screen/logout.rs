//! Signing out (OpenID Connect RP-Initiated Logout §2, §3; attacks.md BR-07).

use super::application::Application;
use super::consent::sign_in;
use super::driver::{Scripts, with_browser};
use crate::app::TestApp;
use crate::fixtures::{a_client, a_person};

/// Without a hint the person is asked; "no" changes nothing, "yes" ends the session and returns to the application.
#[tokio::test]
async fn a_logout_without_a_hint_is_confirmed() {
    confirmed(Scripts::On).await;
}

/// The same without scripts.
#[tokio::test]
async fn a_logout_is_confirmed_without_scripts() {
    confirmed(Scripts::Off).await;
}

async fn confirmed(scripts: Scripts) {
    let app = TestApp::new().await;
    let application = Application::start().await;
    let person = a_person("abel").create(&app).await;
    let afterwards = application.url("/signed-out");
    let client = a_client("web")
        .redirect_uri(&application.url("/callback"))
        .post_logout(&afterwards);
    let client = client.create(&app).await;
    let mut logout = url::Url::parse(&format!("{}/oauth2/logout", app.issuer)).expect("a URL");
    logout.query_pairs_mut().extend_pairs([
        ("client_id", client.id.as_str()),
        ("post_logout_redirect_uri", &afterwards),
        ("state", "bye"),
    ]);
    with_browser(scripts, async |window| {
        let account = format!("{}/account", app.issuer);
        window.visit(&account).await;
        sign_in(&window, &person).await;
        window.see("#display-name").await;
        window.visit(logout.as_str()).await;
        window.see("#confirm").await;
        window.check().await;
        window.press("#cancel").await;
        window.see("#display-name").await;
        window.visit(logout.as_str()).await;
        window.press("#confirm").await;
        window.see("#arrived").await;
        window.check_console().await;
        let arrival = application.arrival().await;
        assert_eq!(arrival.parameters["state"], "bye");
        window.visit(&account).await;
        window.see("#username").await;
        assert!(window.cookie("signet_session").await.is_none());
        // The confirmation page does not come back to life.
        window.visit(logout.as_str()).await;
        assert!(!window.has("#confirm").await);
    })
    .await;
}

/// From our own page: the same question, and a page of ours at the end.
#[tokio::test]
async fn a_person_signs_out_on_the_account_page() {
    let app = TestApp::new().await;
    let person = a_person("bea").create(&app).await;
    with_browser(Scripts::On, async |window| {
        window.visit(&format!("{}/account", app.issuer)).await;
        sign_in(&window, &person).await;
        window.press("#sign-out").await;
        window.press("#confirm").await;
        assert_eq!(window.read("h1").await, "Signed out");
        window.check().await;
        window.visit(&format!("{}/account", app.issuer)).await;
        window.see("#username").await;
    })
    .await;
}
