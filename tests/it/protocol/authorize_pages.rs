//! The policies of the pages of a sign-in (contracts 6): where their forms may end.

use crate::app::{Browser, RelyingParty, Reply, TestApp};
use crate::fixtures::{a_client, a_person};

fn form_action(reply: &Reply) -> Option<&str> {
    let policy = reply.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    policy
        .split("; ")
        .find_map(|directive| directive.strip_prefix("form-action "))
}

async fn page(browser: &Browser, reply: &Reply) -> Reply {
    let shown = browser.get(reply.location().as_str()).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    shown
}

/// Chromium applies form-action to every redirect after a post, also those after the client's callback, which nobody
/// but the client knows: pages whose forms lead to a client name no end.
#[tokio::test]
async fn a_form_that_leads_to_a_client_may_end_anywhere() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    for (id, uri) in [
        ("web", "https://web.example.com/cb"),
        ("name", "http://localhost:4711/cb"),
        ("app", "com.example.app:/cb"),
    ] {
        let client = a_client(id)
            .public()
            .third_party()
            .redirect_uri(uri)
            .create(&app)
            .await;
        let relying_party: RelyingParty = app.relying_party(&client);
        let browser = app.browser();
        let begun = browser.get(&relying_party.authorization_url(&[])).await;
        assert_eq!(form_action(&page(&browser, &begun).await), None);
        let request = begun.parameter("request").unwrap();
        let wrong = [
            ("request", request.as_str()),
            ("username", "ada"),
            ("password", "wrong"),
        ];
        let again = browser.post("/login", &wrong).await;
        assert_eq!((again.status, form_action(&again)), (401, None));
        let resumed = browser.sign_in(&begun, &ada).await;
        let consent = browser.get(resumed.location().as_str()).await;
        assert_eq!(form_action(&page(&browser, &consent).await), None);
    }
}

/// Pages that end at no client name none.
#[tokio::test]
async fn other_pages_post_to_us_or_nowhere() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let browser = app.browser();
    web.authorize(&browser, &ada, &[]).await;
    for (path, expected) in [
        ("/", "'self'"),
        ("/nowhere", "'none'"),
        ("/oauth2/authorize", "'none'"),
        ("/oauth2/continue", "'none'"),
        ("/account", "'self'"),
        ("/oauth2/logout", "'self'"),
    ] {
        let shown = browser.follow(browser.get(path).await).await;
        assert_eq!(form_action(&shown), Some(expected), "{path}");
    }
    assert_eq!(form_action(&app.browser().get("/login").await), Some("'self'"));
}

/// Form Post Response Mode §2: the answer is a form to the redirect URI alone, pressed by one script whose hash the
/// policy names, or by the person; an error travels the same way.
#[tokio::test]
async fn form_post_answers_in_a_form() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha2::Digest as _;
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let browser = app.browser();
    web.authorize(&browser, &ada, &[]).await;
    let mode = ("response_mode", "form_post");
    let state = r#""><script>x</script>"#;
    let success = browser
        .get(&web.authorization_url(&[mode, ("state", state)]))
        .await;
    let error = browser
        .get(&web.authorization_url(&[mode, ("scope", "unknown")]))
        .await;
    for reply in [&success, &error] {
        assert_eq!((reply.status, reply.headers.get("location")), (200, None));
        assert_eq!(form_action(reply), None);
        assert!(
            reply
                .body
                .contains(r#"<form method="post" action="https://web.example.com/callback""#)
        );
        assert!(reply.body.contains(r#"type="submit">Continue"#));
        let script = reply
            .body
            .split("<script>")
            .nth(1)
            .unwrap()
            .split("</script>")
            .next()
            .unwrap();
        let hash = STANDARD.encode(sha2::Sha256::digest(script.as_bytes()));
        let policy = reply.header("content-security-policy");
        assert!(
            policy.contains(&format!("script-src 'sha256-{hash}';")),
            "{policy}"
        );
        assert_eq!(reply.body.matches("<script").count(), 1);
        assert!(reply.body.contains(r#"name="iss""#));
    }
    assert!(success.body.contains(r#"name="code" value="ac_"#));
    assert!(error.body.contains(r#"name="error" value="invalid_scope""#));
    assert!(!error.body.contains(r#"name="code""#));
}
