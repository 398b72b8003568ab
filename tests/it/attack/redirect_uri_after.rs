//! Attacks on where a logout or a sign-in ends: RU-05.

use super::evidence::{assert_page, events};
use crate::app::TestApp;
use crate::fixtures::{a_client, a_person};

/// RU-05; RP-Initiated Logout §3: a logout ends at a registered address, byte for byte, or on our own page.
#[tokio::test]
async fn ru_05_a_logout_leads_to_a_registered_address_only() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let after = "https://web.example.com/bye";
    let relying_party = app.relying_party(&a_client("web").post_logout(after).create(&app).await);
    let browser = app.browser();
    let reply = relying_party.authorize(&browser, &ada, &[]).await;
    let tokens = relying_party
        .exchange(&reply.parameter("code").unwrap())
        .await
        .json();
    let hint = tokens["id_token"].as_str().unwrap();
    for uri in [
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://web.example.com/bye/",
        "https://web.example.com/by",
        "https://web.example.com/bye?x=1",
        "https://web.example.com/bye#",
        "https://web.example.com.evil.example/bye",
        "https://web.example.com@evil.example/bye",
        "HTTPS://web.example.com/bye",
        "https://web.example.com:443/bye",
        "javascript:alert(1)",
        " https://web.example.com/bye",
        relying_party.client.redirect_uri.as_str(),
    ] {
        for who in [("id_token_hint", hint), ("client_id", "web")] {
            let query: String = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs([("post_logout_redirect_uri", uri), ("state", "s"), who])
                .finish();
            let reply = browser.get(&format!("/oauth2/logout?{query}")).await;
            assert_page(&reply, 400);
            assert!(!reply.body.contains("evil.example"));
        }
    }
    let alone = browser
        .get(&format!("/oauth2/logout?post_logout_redirect_uri={after}"))
        .await;
    assert_page(&alone, 400);
    assert_eq!(browser.get("/account").await.status, 200, "the session goes on");
    assert_eq!(events(&app, "LOGOUT").await, 0);
    let last = browser
        .get(&format!(
            "/oauth2/logout?id_token_hint={hint}&post_logout_redirect_uri={after}&state=a%20b%26c"
        ))
        .await;
    assert_eq!(
        last.header("location"),
        "https://web.example.com/bye?state=a+b%26c"
    );
    assert_eq!(events(&app, "LOGOUT").await, 1);
}

/// RU-05: without a hint that proves the client, nobody who is signed out is sent to it; a switched-off client's
/// address is none.
#[tokio::test]
async fn ru_05_a_logout_without_proof_stays_here() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let after = "https://web.example.com/bye";
    let relying_party = app.relying_party(&a_client("web").post_logout(after).create(&app).await);
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let hint = tokens["id_token"].as_str().unwrap();
    let unproven = format!("/oauth2/logout?client_id=web&post_logout_redirect_uri={after}");
    let proven = format!("/oauth2/logout?id_token_hint={hint}&post_logout_redirect_uri={after}");
    let nobody = app.browser();
    assert_page(&nobody.get(&unproven).await, 200);
    assert_eq!(nobody.get(&proven).await.header("location"), after);
    let mut work = app.work().await;
    signet::lifecycle::disable_client::disable_client(
        &mut work,
        &signet::base::id::ClientId::from_text("web"),
    )
    .await
    .unwrap();
    work.commit().await.unwrap();
    app.refresh_caches().await;
    assert_page(&nobody.get(&proven).await, 400);
}

/// RU-05: the sign-in page knows no address to return to but its own.
#[tokio::test]
async fn ru_05_a_login_returns_to_no_address_that_its_url_names() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    for name in [
        "return_to",
        "returnTo",
        "redirect_to",
        "redirect_uri",
        "next",
        "continue",
    ] {
        for target in [
            "//evil.example",
            "/\\evil.example",
            "https:evil.example",
            "https://evil.example",
        ] {
            let browser = app.browser();
            let shown = browser.get(&format!("/login?{name}={target}")).await;
            assert!(shown.status == 200 && !shown.body.contains("evil.example"));
            let fields = [
                (name, target),
                ("username", ada.email.as_str()),
                ("password", ada.password.as_str()),
            ];
            let reply = browser.post(&format!("/login?{name}={target}"), &fields).await;
            assert_eq!(reply.header("location"), format!("{}/account", app.issuer));
        }
    }
}
