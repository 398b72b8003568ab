//! Attacks on where a logout or a sign-in ends: RU-05.

use super::evidence::{assert_page, events};
use crate::app::TestApp;
use crate::fixtures::{a_client, a_person};

const AFTER: &str = "https://web.example.com/bye";

/// What no client registered, though it looks alike.
const STRANGE: [&str; 14] = [
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
    "https://web.example.com/callback",
];

fn logout(parameters: &[(&str, &str)]) -> String {
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("/oauth2/logout?{query}")
}

/// RU-05; RP-Initiated Logout §3: a logout ends at a registered address, byte for byte, or on our own page; a session
/// whose hint is proven ends all the same, and the page leads to the client's own address.
#[tokio::test]
async fn ru_05_an_unregistered_address_is_not_followed_yet_the_session_ends() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").post_logout(AFTER).create(&app).await);
    for uri in STRANGE {
        let browser = app.browser();
        let reply = relying_party.authorize(&browser, &ada, &[]).await;
        let code = reply.parameter("code").unwrap();
        let tokens = relying_party.exchange(&code).await.json();
        let hint = ("id_token_hint", tokens["id_token"].as_str().unwrap());
        let strange = [("post_logout_redirect_uri", uri), ("state", "s"), hint];
        let ended = browser.get(&logout(&strange)).await;
        assert_eq!(ended.location().path(), "/oauth2/logout/done", "{uri}");
        let shown = browser.get(ended.header("location")).await;
        assert_page(&shown, 200);
        assert!(!shown.body.contains("evil.example"), "{uri}");
        assert!(
            shown.body.contains(r#"href="https://web.example.com/""#),
            "{}",
            shown.body
        );
        assert_eq!(browser.get("/account").await.status, 303, "the session ended");
        // Nobody is signed in any more, and nobody is sent there either.
        for who in [hint, ("client_id", "web")] {
            let strange = [("post_logout_redirect_uri", uri), ("state", "s"), who];
            let reply = browser.get(&logout(&strange)).await;
            assert_eq!(reply.location().path(), "/oauth2/logout/done", "{uri}");
        }
    }
    assert_eq!(events(&app, "LOGOUT").await, 14);
}

/// RU-05: an address without a client to have registered it is nobody's, and a switched-off client's address is none.
/// Where a client is named and nobody is signed in, there is nothing to prove: its address is its own.
#[tokio::test]
async fn ru_05_a_logout_leads_to_a_registered_address() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").post_logout(AFTER).create(&app).await);
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let hint = ("id_token_hint", tokens["id_token"].as_str().unwrap());
    let (nobody, there) = (app.browser(), ("post_logout_redirect_uri", AFTER));
    let alone = nobody.get(&logout(&[there])).await;
    assert_eq!(alone.location().path(), "/oauth2/logout/done");
    for who in [hint, ("client_id", "web")] {
        let sent = nobody.get(&logout(&[there, who, ("state", "a b&c")])).await;
        assert_eq!(sent.header("location"), format!("{AFTER}?state=a+b%26c"));
    }
    let other = nobody.get(&logout(&[there, hint, ("client_id", "other")])).await;
    assert_eq!(
        other.location().path(),
        "/oauth2/logout/done",
        "one of the two is wrong"
    );
    let long = "s".repeat(8 * 1024 + 1);
    let carried = nobody.get(&logout(&[there, hint, ("state", &long[1..])])).await;
    assert!(carried.header("location").starts_with(AFTER));
    let dropped = nobody.get(&logout(&[there, hint, ("state", &long)])).await;
    assert_eq!(dropped.location().path(), "/oauth2/logout/done");
    let mut work = app.work().await;
    signet::lifecycle::disable_client::disable_client(
        &mut work,
        &signet::base::id::ClientId::from_text("web"),
    )
    .await
    .unwrap();
    work.commit().await.unwrap();
    app.refresh_caches().await;
    let off = nobody.get(&logout(&[there, hint])).await;
    assert_eq!(off.location().path(), "/oauth2/logout/done");
    let shown = nobody.get(off.header("location")).await;
    assert!(!shown.body.contains("web.example.com"), "{}", shown.body);
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
