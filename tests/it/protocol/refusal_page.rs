//! What a refused authorization request shows, and how a client is told that its request object is not read.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::app::{Reply, TestApp};
use crate::fixtures::a_client;

/// The text that a developer copies.
fn report(page: &Reply) -> &str {
    let (_, rest) = page
        .body
        .split_once(r#"<textarea id="report" rows="12" lang="en" readonly spellcheck="false">"#)
        .unwrap_or_else(|| panic!("no report: {}", page.body));
    rest.split("</textarea>").next().unwrap_or_default()
}

/// The page folds away what was sent, for whoever mends the application; it names nothing that was not sent.
#[tokio::test]
async fn the_page_of_a_refusal_holds_what_its_developer_needs() {
    let app = TestApp::new().await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let sent = r#"https://else.example.com/cb?x="><script>"#;
    let page = app
        .browser()
        .get(&web.authorization_url(&[("redirect_uri", sent)]))
        .await;
    assert_eq!(page.status, 400);
    for part in [
        r#"<h1 id="title">Authorization error</h1>"#,
        r#"<code id="code">invalid_request</code>"#,
        r#"<details class="report" id="details">"#,
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    assert_eq!(page.body.matches("<script").count(), 1, "{}", page.body);
    assert!(!page.body.contains("x=\"><script>"), "{}", page.body);
    assert!(
        !page.body.contains(&web.client.redirect_uri),
        "what is registered"
    );
    let lines: Vec<&str> = report(&page).lines().collect();
    assert_eq!(lines[0], "client_id: web");
    assert!(
        lines[1].starts_with("redirect_uri: https://else.example.com/cb?x="),
        "{lines:?}"
    );
    assert_eq!(lines[2..4], ["error: invalid_request", "parameter: redirect_uri"]);
    assert!(lines[4].starts_with("reason: this redirect_uri is not registered"));
    let id = page.body.split(r#"<code id="request-id">"#).nth(1);
    let id = id.and_then(|rest| rest.split('<').next()).expect("a request id");
    assert_eq!(lines[5], format!("request id: {id}"));
    assert!(
        lines[6].starts_with("time: ") && lines[6].ends_with('Z'),
        "{lines:?}"
    );
    let long = format!("https://else.example.com/{}", "x".repeat(5000));
    let page = app
        .browser()
        .get(&web.authorization_url(&[("redirect_uri", &long)]))
        .await;
    assert!(report(&page).len() < 1000);
    let secret = web.client.secret.as_deref().expect("a secret");
    let page = app
        .browser()
        .get(&web.authorization_url(&[("client_id", secret)]))
        .await;
    assert!(report(&page).starts_with("client_id: (a secret)"));
}

/// Core §6.1: request objects are not supported. How the client is told so is read from the object where the request
/// itself does not say it, and nothing else is.
#[tokio::test]
async fn a_request_object_is_refused_in_the_mode_that_it_names() {
    let app = TestApp::new().await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let object = |payload: &str| {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.", part(r#"{"alg":"none"}"#), part(payload))
    };
    let posted =
        object(r#"{"response_mode":"form_post","state":"inside","redirect_uri":"https://evil.example/"}"#);
    let browser = app.browser();
    let reply = browser.get(&web.authorization_url(&[("request", &posted)])).await;
    assert_eq!(reply.status, 200);
    for part in [
        r#"<form method="post" action="https://web.example.com/callback""#,
        r#"name="error" value="request_not_supported""#,
        r#"name="state" value="state-1""#,
    ] {
        assert!(reply.body.contains(part), "{part}: {}", reply.body);
    }
    for changes in [
        vec![("request", posted.as_str()), ("response_mode", "query")],
        vec![("request", &object(r#"{"response_mode":"fragment"}"#))],
        vec![("request", "no object")],
    ] {
        let reply = browser.get(&web.authorization_url(&changes)).await;
        assert_eq!(reply.parameter("error").as_deref(), Some("request_not_supported"));
    }
    let other = [
        ("request", posted.as_str()),
        ("registration", "{}"),
        ("scope", "x"),
    ];
    let reply = browser.get(&web.authorization_url(&other)).await;
    assert!(reply.body.contains("request_not_supported"));
}
