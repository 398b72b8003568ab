//! What another site's page can and cannot make the browser do (attacks.md BR-02, BR-04; contracts.md section 6).

use super::application::Application;
use super::consent::sign_in;
use super::driver::{Scripts, with_browser};
use crate::app::TestApp;
use crate::fixtures::{a_client, a_person};

/// Core §3.1.2.1 permits POST. A cross-site POST carries no Lax cookie: the request is kept, and the GET that follows
/// finds the session.
#[tokio::test]
async fn a_posted_request_finds_the_session() {
    let app = TestApp::new().await;
    let application = Application::start().await;
    let person = a_person("cleo").create(&app).await;
    let client = a_client("web")
        .third_party()
        .redirect_uri(&application.url("/callback"))
        .create(&app)
        .await;
    let request: url::Url = app
        .relying_party(&client)
        .authorization_url(&[])
        .parse()
        .expect("a URL");
    let fields: Vec<String> = request
        .query_pairs()
        .map(|(name, value)| format!("<input type=hidden name=\"{name}\" value=\"{value}\">"))
        .collect();
    application.show(&format!(
        "<form method=post action=\"{}/oauth2/authorize\">{}<button id=go>Sign in</button></form>",
        app.issuer,
        fields.concat()
    ));
    with_browser(Scripts::On, async |window| {
        window.visit(&application.url("/")).await;
        window.press("#go").await;
        sign_in(&window, &person).await;
        window.press("#allow").await;
        window.see("#arrived").await;
        assert!(application.arrival().await.parameters.contains_key("code"));
        window.visit(&application.url("/")).await;
        window.press("#go").await;
        window.see("#arrived").await;
        assert!(application.arrival().await.parameters.contains_key("code"));
        window.check_console().await;
    })
    .await;
}

/// BR-02, BR-03: a form of another site signs nobody in and nobody out.
#[tokio::test]
async fn another_sites_form_is_refused() {
    let app = TestApp::new().await;
    let application = Application::start().await;
    let person = a_person("dora").create(&app).await;
    application.show(&format!(
        "<form method=post action=\"{0}/login\"><input name=username value=\"{1}\">\
         <input name=password value=\"{2}\"><button id=go>Win</button></form>\
         <form method=post action=\"{0}/oauth2/logout\"><button id=leave>Win</button></form>",
        app.issuer, person.email, person.password
    ));
    with_browser(Scripts::On, async |window| {
        window.visit(&application.url("/")).await;
        window.press("#go").await;
        window.see("#request-id").await;
        window.check().await;
        assert!(window.cookie("signet_session").await.is_none());
        window.visit(&format!("{}/account", app.issuer)).await;
        sign_in(&window, &person).await;
        window.see("#display-name").await;
        window.visit(&application.url("/")).await;
        window.press("#leave").await;
        window.see("main").await;
        window.visit(&format!("{}/account", app.issuer)).await;
        window.see("#display-name").await;
    })
    .await;
}

/// BR-04, RFC 9700 §4.16: no page of ours is shown in another site's frame.
#[tokio::test]
async fn no_page_is_shown_in_a_frame() {
    let app = TestApp::new().await;
    let application = Application::start().await;
    with_browser(Scripts::On, async |window| {
        for path in [
            "/",
            "/login",
            "/account",
            "/oauth2/authorize",
            "/oauth2/logout",
            "/no/such/page",
        ] {
            application.show(&format!("<iframe src=\"{}{path}\"></iframe>", app.issuer));
            window.visit(&application.url("/")).await;
            window.see("iframe").await;
            let said = window.console().await;
            assert!(
                said.iter().any(|line| line.contains("frame-ancestors")),
                "{path}: {said:?}"
            );
        }
    })
    .await;
}
