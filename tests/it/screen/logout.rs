//! Signing out (OpenID Connect RP-Initiated Logout §2, §3; attacks.md BR-07).

use super::application::Application;
use super::consent::sign_in;
use super::driver::{Scripts, with_browser};
use crate::app::TestApp;
use crate::fixtures::{a_client, a_person};

/// Without a hint the person is asked; "no" changes nothing and returns to the application, "yes" ends the session and
/// returns to where it says.
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
    application.show("<p id=front>Hello");
    let person = a_person("abel").create(&app).await;
    let afterwards = application.url("/signed-out");
    let client = a_client("web")
        .redirect_uri(&application.url("/callback"))
        .post_logout(&afterwards)
        .with(|registration| registration.client_uri = Some(application.url("/")));
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
        window.see("#front").await;
        window.visit(&account).await;
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
        // The question does not come back to life: who is signed out already is sent on.
        window.visit(logout.as_str()).await;
        window.see("#arrived").await;
        assert!(!window.has("#confirm").await);
    })
    .await;
}

/// A form of the application's own site, with a hint that is longer than any address may be; a request that asks for
/// no way back ends on a page with one.
#[tokio::test]
async fn a_posted_logout_ends_the_session() {
    let app = TestApp::new().await;
    let application = Application::start().await;
    let person = a_person("cora").create(&app).await;
    let client = a_client("web")
        .redirect_uri(&application.url("/callback"))
        .with(|registration| registration.client_uri = Some(application.url("/")));
    let web = app.relying_party(&client.create(&app).await);
    with_browser(Scripts::On, async |window| {
        window.visit(&web.authorization_url(&[])).await;
        sign_in(&window, &person).await;
        window.press("#allow").await;
        window.see("#arrived").await;
        let code = application.arrival().await.parameters["code"].clone();
        let tokens = web.exchange(&code).await.json();
        application.show(&format!(
            "<form method=post action=\"{}/oauth2/logout\"><input name=id_token_hint value=\"{}\">\
             <input name=logout_hint value=\"{}\"><button id=go>Sign out</button></form>",
            app.issuer,
            tokens["id_token"].as_str().expect("an ID token"),
            "x".repeat(9_800),
        ));
        window.visit(&application.url("/")).await;
        window.press("#go").await;
        window.see("#return").await;
        assert_eq!(window.read("h1").await, "Signed out");
        window.check().await;
        window.check_console().await;
        window.press("#return").await;
        window.see("#go").await;
        window.visit(&format!("{}/account", app.issuer)).await;
        window.see("#username").await;
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
