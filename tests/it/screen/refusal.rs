//! The page of a refused request: its details are folded, and copied by a button or by hand.

use super::driver::{Scripts, with_browser};
use crate::app::TestApp;
use crate::fixtures::a_client;

/// Where scripts run, a button copies the details; the policy lets this one script run.
#[tokio::test]
async fn the_details_of_a_refusal_are_copied() {
    details(Scripts::On).await;
}

/// Without scripts there is no button, and the text can be selected.
#[tokio::test]
async fn the_details_of_a_refusal_are_read_without_scripts() {
    details(Scripts::Off).await;
}

async fn details(scripts: Scripts) {
    let app = TestApp::new().await;
    let hand = app.relying_party(&a_client("web").create(&app).await);
    with_browser(scripts, async |window| {
        let refused = [("redirect_uri", "https://else.example.com/cb")];
        window.visit(&hand.authorization_url(&refused)).await;
        let shown = async |css| window.see(css).await.is_displayed().await.expect("an answer");
        assert!(!shown("#report").await, "it is folded");
        window
            .see("#details summary")
            .await
            .click()
            .await
            .expect("unfolded");
        assert!(shown("#report").await);
        window.check().await;
        assert_eq!(shown("#copy").await, scripts == Scripts::On);
        if scripts == Scripts::On {
            window.see("#copy").await.click().await.expect("pressed");
            for _ in 0..100 {
                if window.read("#copied").await == "Copied." {
                    break;
                }
            }
            assert_eq!(window.read("#copied").await, "Copied.");
        }
        window.check_console().await;
    })
    .await;
}
