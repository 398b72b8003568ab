//! Why a request was refused: one line of the log for each, in words that name what to change; the client is told what
//! it always was.

use serde_json::Value;
use signet::client::service;
use signet::protocol::grant_type::GrantType;

use crate::app::TestApp;
use crate::fixtures::{a_client, a_person};
use crate::support::captured_log::Captured;

/// The one line that was written since the lines before.
fn newest(captured: &Captured, before: usize) -> Value {
    let lines = captured.refusals();
    assert_eq!(lines.len(), before + 1, "{lines:#?}");
    lines[before]["fields"].clone()
}

fn assert_line(line: &Value, (endpoint, client, error, parameter): (&str, &str, &str, &str), words: &[&str]) {
    assert_eq!(line["message"], "refused");
    assert_eq!(line["endpoint"], endpoint, "{line}");
    assert_eq!(line["client.id"].as_str().unwrap_or_default(), client, "{line}");
    assert_eq!(line["error.code"], error, "{line}");
    assert_eq!(
        line["parameter"].as_str().unwrap_or_default(),
        parameter,
        "{line}"
    );
    assert!(line["request_id"].as_str().is_some_and(|id| !id.is_empty()));
    let reason = line["reason"].as_str().expect("a reason");
    for word in words {
        assert!(reason.contains(word), "{word}: {reason}");
    }
}

/// attacks.md CA-01: the client cannot tell why it was not authenticated; the log can.
#[tokio::test]
async fn ca_01_a_client_that_is_not_authenticated_is_explained_in_the_log_alone() {
    let (captured, _guard) = Captured::start();
    let app = TestApp::new().await;
    let web = a_client("web")
        .with(|metadata| metadata.exact_auth_method = true)
        .create(&app)
        .await;
    let mut wrong = web.clone();
    wrong.secret = Some("x".repeat(43));
    let mut posted = web.clone();
    posted.method = "client_secret_post";
    let mut unknown = wrong.clone();
    unknown.id = "nobody".to_owned();
    let off = a_client("off").create(&app).await;
    let mut work = app.work().await;
    service::disable(&mut work, &signet::base::id::ClientId::from_text("off"))
        .await
        .unwrap();
    work.commit().await.unwrap();
    app.refresh_caches().await;
    let mut answers = Vec::new();
    for (client, words) in [
        (&wrong, "the secret is not one of the client's"),
        (
            &posted,
            "client_secret_post was used, the client is registered for client_secret_basic",
        ),
        (&unknown, "there is no such client"),
        (&off, "the client is disabled"),
    ] {
        for path in ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"] {
            let before = captured.refusals().len();
            let reply = app.relying_party(client).post(path, &[("token", "x")]).await;
            let line = newest(&captured, before);
            assert_line(&line, (path, &client.id, "invalid_client", ""), &[words]);
            answers.push((reply.status, reply.body));
        }
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let secret = web.secret.as_deref().unwrap();
    let before = captured.refusals().len();
    let mut exchanged = web.clone();
    exchanged.id = secret.to_owned();
    app.relying_party(&exchanged).post("/oauth2/token", &[]).await;
    let line = newest(&captured, before);
    assert_eq!(line["client.id"], "(a secret)");
    assert!(!captured.text().contains(secret));
}

/// The line says what is missing, what is not registered, and what is.
#[tokio::test]
async fn an_authorization_request_is_explained() {
    let (captured, _guard) = Captured::start();
    let app = TestApp::new().await;
    let client = a_client("web")
        .grants(&[GrantType::AuthorizationCode])
        .scopes(&["email"])
        .create(&app)
        .await;
    let web = app.relying_party(&client);
    let browser = app.browser();
    let page = "/oauth2/authorize";
    for (changes, (client, error, parameter), words) in [
        (
            vec![("redirect_uri", "https://web.example.com/callback/")],
            ("web", "invalid_request", "redirect_uri"),
            vec![
                "https://web.example.com/callback/ is not registered",
                "registered are: https://web.example.com/callback",
            ],
        ),
        (
            vec![("client_id", "wbe")],
            ("wbe", "invalid_request", "client_id"),
            vec!["there is no such client"],
        ),
        (
            vec![("client_id", "")],
            ("", "invalid_request", "client_id"),
            vec!["client_id is missing"],
        ),
        (
            vec![],
            ("web", "invalid_scope", "scope"),
            vec!["may not have these scopes: openid", "registered are: email"],
        ),
        (
            vec![
                ("scope", "email"),
                ("code_challenge", ""),
                ("code_challenge_method", ""),
            ],
            ("web", "invalid_request", "code_challenge"),
            vec!["code_challenge is missing", "switch PKCE (S256) on"],
        ),
        (
            vec![("scope", "email"), ("resource", "https://api.example.com/")],
            ("web", "invalid_target", "resource"),
            vec!["there is no resource https://api.example.com/"],
        ),
        (
            vec![("response_type", "token")],
            ("web", "unsupported_response_type", "response_type"),
            vec!["only response_type code"],
        ),
    ] {
        let before = captured.refusals().len();
        browser.get(&web.authorization_url(&changes)).await;
        assert_line(
            &newest(&captured, before),
            (page, client, error, parameter),
            &words,
        );
    }
}

/// The other endpoints do too, without the code or token that they were shown.
#[tokio::test]
async fn a_token_request_is_explained() {
    let (captured, _guard) = Captured::start();
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let client = a_client("web")
        .grants(&[GrantType::AuthorizationCode])
        .scopes(&["email"])
        .create(&app)
        .await;
    let web = app.relying_party(&client);
    let code = web.code(&app, &ada, &[("scope", "email")]).await;
    let posts = [
        (
            vec![("grant_type", "refresh_token"), ("refresh_token", "x")],
            ("unauthorized_client", "grant_type"),
            "registered are: authorization_code",
        ),
        (
            vec![("grant_type", "password")],
            ("unsupported_grant_type", "grant_type"),
            "grant_type password is not served",
        ),
        (
            vec![("grant_type", "authorization_code"), ("code", &code)],
            ("invalid_grant", "code_verifier"),
            "code_verifier does not answer",
        ),
    ];
    for (fields, (error, parameter), words) in posts {
        let before = captured.refusals().len();
        web.token(&fields).await;
        let line = newest(&captured, before);
        assert_line(&line, ("/oauth2/token", "web", error, parameter), &[words]);
    }
    assert!(!format!("{:?}", captured.refusals()).contains(&code));
    let before = captured.refusals().len();
    let token = web.exchange(&code).await.json()["access_token"].clone();
    web.userinfo(token.as_str().unwrap()).await;
    let line = newest(&captured, before);
    assert_line(&line, ("/oauth2/userinfo", "web", "insufficient_scope", ""), &[]);
}

/// Scopes that the client may not have are left out, and the log says which and for whom.
#[tokio::test]
async fn scopes_that_are_left_out_are_told_to_the_log() {
    let (captured, _guard) = Captured::start();
    let app = TestApp::new().await;
    let client = a_client("web").scopes(&["openid", "email"]).create(&app).await;
    let web = app.relying_party(&client);
    app.browser()
        .get(&web.authorization_url(&[("scope", "openid groups email phone")]))
        .await;
    let line = newest(&captured, 0);
    assert_eq!(
        (&line["message"], &line["client.id"]),
        (&"served with less".into(), &"web".into())
    );
    let reason = line["reason"].as_str().unwrap();
    assert_eq!(
        reason,
        "the client may not have these scopes: groups phone; registered are: email openid"
    );
    let worker = a_client("worker").service().create(&app).await;
    let fields = [
        ("grant_type", "client_credentials"),
        ("scope", "api:read api:delete"),
    ];
    let reply = app.relying_party(&worker).token(&fields).await;
    assert_eq!(reply.json()["scope"], "api:read");
    let line = newest(&captured, 1);
    assert!(line["reason"].as_str().unwrap().contains("api:delete"), "{line}");
}

/// A client that is refused over and over does not fill the log; what is left out is counted.
#[tokio::test]
async fn repeated_refusals_are_counted_and_not_written() {
    let (captured, _guard) = Captured::start();
    let app = TestApp::new().await;
    let client = a_client("web").create(&app).await;
    let web = app.relying_party(&client);
    for _ in 0..30 {
        web.token(&[("grant_type", "password")]).await;
    }
    let lines = captured.refusals();
    let refused = lines.iter().filter(|line| line["fields"]["message"] == "refused");
    assert_eq!(refused.count(), 20);
    assert_eq!(lines.len(), 21, "and one that says so: {lines:#?}");
}

/// RP-Initiated Logout §3: who is not sent back is told so, and the log says why.
#[tokio::test]
async fn a_logout_that_returns_nowhere_says_so() {
    let (captured, _guard) = Captured::start();
    let app = TestApp::new().await;
    a_client("web")
        .post_logout("https://web.example.com/bye")
        .create(&app)
        .await;
    let browser = app.browser();
    let url = "/oauth2/logout?client_id=web&post_logout_redirect_uri=";
    let reply = browser.get(&format!("{url}https://web.example.com/by")).await;
    let page = browser.follow(reply).await;
    let sentence = "The application asked to be returned to an address that it has not registered.";
    assert!(page.body.contains(sentence), "{}", page.body);
    assert!(page.body.contains(r#"id="return" href="https://web.example.com"#));
    let line = newest(&captured, 0);
    assert_eq!(line["parameter"], "post_logout_redirect_uri");
    let reason = line["reason"].as_str().unwrap();
    for word in [
        "https://web.example.com/by is not registered",
        "registered are: https://web.example.com/bye",
    ] {
        assert!(reason.contains(word), "{reason}");
    }
    let reply = browser.get("/oauth2/logout?client_id=web").await;
    assert!(!browser.follow(reply).await.body.contains(sentence));
    let reply = browser.get(&format!("{url}https://web.example.com/bye")).await;
    assert_eq!(reply.location().as_str(), "https://web.example.com/bye");
    assert_eq!(captured.refusals().len(), 1);
}
