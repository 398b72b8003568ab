//! Authorization responses in a form (OAuth 2.0 Form Post Response Mode §2), across sites and under our policy.

use super::application::Application;
use super::consent::sign_in;
use super::driver::{Scripts, with_browser};
use crate::app::TestApp;
use crate::fixtures::{a_client, a_person};

/// The one script of ours runs although nothing else may: its hash is in the policy.
#[tokio::test]
async fn the_form_posts_itself() {
    form_post(Scripts::On).await;
}

/// Without scripts the person presses the button.
#[tokio::test]
async fn the_form_waits_for_a_hand_without_scripts() {
    form_post(Scripts::Off).await;
}

async fn form_post(scripts: Scripts) {
    let app = TestApp::new().await;
    let application = Application::start().await;
    let person = a_person("zora").create(&app).await;
    let client = a_client("web")
        .third_party()
        .redirect_uri(&application.url("/callback"))
        .create(&app)
        .await;
    let hand = app.relying_party(&client);
    with_browser(scripts, async |window| {
        window
            .visit(&hand.authorization_url(&[("response_mode", "form_post")]))
            .await;
        sign_in(&window, &person).await;
        window.press("#allow").await;
        if scripts == Scripts::Off {
            assert_eq!(window.read("#submit").await, "Continue");
            window.check().await;
            assert!(application.is_quiet());
            window.press("#submit").await;
        }
        window.see("#arrived").await;
        window.check_console().await;
        assert_eq!(window.address().await.query(), None);
        let arrival = application.arrival().await;
        assert_eq!(arrival.method, "POST");
        assert_eq!(arrival.referer, None);
        assert_eq!(arrival.parameters["state"], "state-1");
        assert_eq!(arrival.parameters["iss"], app.issuer);
        let tokens = hand.exchange(&arrival.parameters["code"]).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
    })
    .await;
}
