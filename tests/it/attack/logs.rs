//! LG-01 and LG-02: nothing that opens a door is written down, and nobody writes into our log but us.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::app::relying_party::VERIFIER;
use crate::app::{RelyingParty, TestApp};
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};
use crate::support::captured_log::Captured;

/// What must never be seen again.
#[derive(Default)]
struct Secrets(Vec<(String, String)>);

impl Secrets {
    fn add(&mut self, what: &str, secret: &str) {
        assert!(secret.len() >= 8, "{what} is too short to be looked for");
        self.0.push((what.to_owned(), secret.to_owned()));
        // What is left of a token when somebody cuts it.
        if let Some((_, tail)) = secret.rsplit_once('.')
            && tail.len() > 20
        {
            self.0.push((format!("{what}, its end"), tail.to_owned()));
        }
    }

    fn add_tokens(&mut self, tokens: &Value) {
        for name in ["access_token", "refresh_token", "id_token"] {
            if let Some(token) = tokens[name].as_str() {
                self.add(name, token);
            }
        }
    }

    fn assert_absent(&self, text: &str, place: &str) {
        for (what, secret) in &self.0 {
            if let Some(at) = text.find(secret.as_str()) {
                let line = text[..at].rfind('\n').map_or(0, |start| start + 1);
                panic!(
                    "{what} stands in {place}: {}",
                    text[line..].lines().next().unwrap_or_default()
                );
            }
        }
    }
}

/// Every flow that there is, right and wrong, by one client.
async fn drive(app: &TestApp, hand: &RelyingParty, person: &TestPerson, secrets: &mut Secrets) {
    let browser = app.browser();
    let scope = [
        ("scope", "openid profile email offline_access"),
        ("prompt", "consent"),
    ];
    let first = browser.get(&hand.authorization_url(&scope)).await;
    let request = first.parameter("request").expect("a waiting request");
    secrets.add("a flow", &request);
    let wrong = [
        ("request", request.as_str()),
        ("username", &person.email),
        ("password", "wrong horse battery"),
    ];
    assert_eq!(browser.post("/login", &wrong).await.status, 401);
    let answer = hand.proceed(&browser, person, first).await;
    for cookie in ["signet_session", "signet_flow", "signet_device"] {
        if let Some(value) = browser.cookie(cookie) {
            secrets.add(cookie, &value);
        }
    }
    let code = answer.parameter("code").expect("a code");
    secrets.add("a code", &code);
    let tokens = hand.exchange(&code).await.json();
    secrets.add_tokens(&tokens);
    let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
    let (access, refresh) = (text("access_token"), text("refresh_token"));
    assert_eq!(hand.userinfo(&access).await.status, 200);
    hand.userinfo(&format!("{access}x")).await;
    hand.introspect(&access).await;
    hand.introspect(&refresh).await;
    let next = hand.refresh(&refresh, &[]).await.json();
    secrets.add_tokens(&next);
    hand.post("/oauth2/revoke", &[("token", &access)]).await;
    hand.exchange(&code).await.assert_error(400, "invalid_grant");
    hand.refresh(&refresh, &[])
        .await
        .assert_error(400, "invalid_grant");
    let silent = hand.authorize(&browser, person, &[]).await;
    secrets.add("a second code", &silent.parameter("code").expect("a code"));
    let mut other = hand.client.clone();
    other.secret = other.secret.map(|secret| format!("{secret}x"));
    app.relying_party(&other).exchange("unknown").await;
    browser.get("/account").await;
    let asked = browser
        .post("/oauth2/logout", &[("id_token_hint", "unknown")])
        .await;
    let request = asked.parameter("request").expect("a waiting request");
    secrets.add("a logout request", &request);
    let shown = browser.get(asked.header("location")).await;
    let session = shown.body.split("name=\"session\" value=\"").nth(1);
    let session = session
        .and_then(|rest| rest.split('"').next())
        .expect("a session");
    let answer = [("request", request.as_str()), ("session", session)];
    let ended = browser.post("/oauth2/logout/confirm", &answer).await;
    browser.follow(ended).await;
}

/// attacks.md LG-01: no secret of any flow stands in a log line, a span, or an event row; nor does an e-mail address.
#[tokio::test]
async fn lg_01_no_secret_is_written_down() {
    let (captured, _guard) = Captured::start();
    let app = TestApp::new().await;
    let mut secrets = Secrets::default();
    secrets.add("a verifier", VERIFIER);
    secrets.add("a wrong password", "wrong horse battery");
    for (index, builder) in [
        a_client("basic"),
        a_client("post").post(),
        a_client("native").public(),
        a_client("opaque").reference_tokens(),
        a_client("partner").third_party(),
    ]
    .into_iter()
    .enumerate()
    {
        let person = a_person(&format!("canary{index}")).create(&app).await;
        secrets.add("an e-mail address", &person.email);
        secrets.add("a password", &person.password);
        let client = builder.create(&app).await;
        if let Some(secret) = &client.secret {
            secrets.add("a client secret", secret);
            secrets.add(
                "Basic credentials",
                &STANDARD.encode(format!("{}:{secret}", client.id)),
            );
        }
        drive(&app, &app.relying_party(&client), &person, &mut secrets).await;
    }
    let worker = a_client("worker").service().create(&app).await;
    let answer = app
        .relying_party(&worker)
        .token(&[("grant_type", "client_credentials")])
        .await;
    secrets.add_tokens(&answer.json());
    let text = captured.text();
    assert!(
        text.contains("/oauth2/token") && text.contains("TRACE"),
        "the log was captured"
    );
    assert!(secrets.0.len() > 60, "only {} secrets", secrets.0.len());
    secrets.assert_absent(&text, "the log");
    let mut admin = app.database.admin().await;
    let events: String =
        sqlx::query_scalar("select coalesce(string_agg(e::text, E'\\n'), '') from auth.security_events e")
            .fetch_one(&mut admin)
            .await
            .expect("the events");
    assert!(
        events.contains("LOGIN_FAILURE") && events.contains("CODE_REPLAYED"),
        "there are events"
    );
    secrets.assert_absent(&events, "an event");
}

/// attacks.md LG-01: the database holds nothing that could be presented (CO-04).
#[tokio::test]
async fn lg_01_a_dump_of_the_database_opens_nothing() {
    let app = TestApp::new().await;
    let person = a_person("canary").create(&app).await;
    let client = a_client("web").create(&app).await;
    let opaque = a_client("opaque").reference_tokens().create(&app).await;
    let mut secrets = Secrets::default();
    secrets.add("a password", &person.password);
    secrets.add("a client secret", client.secret.as_deref().expect("a secret"));
    drive(&app, &app.relying_party(&client), &person, &mut secrets).await;
    drive(&app, &app.relying_party(&opaque), &person, &mut secrets).await;
    let waiting = app.browser();
    let first = waiting
        .get(&app.relying_party(&client).authorization_url(&[]))
        .await;
    secrets.add("a flow", &first.parameter("request").expect("a waiting request"));
    let mut admin = app.database.admin().await;
    let dump: String = sqlx::query_scalar("select database_to_xml(true, false, '')::text")
        .fetch_one(&mut admin)
        .await
        .expect("a dump");
    assert!(dump.contains(&person.email), "the dump holds the data");
    secrets.assert_absent(&dump, "the database");
    assert!(
        !dump.contains("\"d\":") && !dump.contains("PRIVATE KEY"),
        "no private key in the clear"
    );
}

/// attacks.md LG-02: what a client sends cannot begin a line, colour a terminal or break the JSON.
#[tokio::test]
async fn lg_02_nobody_else_writes_into_the_log() {
    let (captured, _guard) = Captured::start();
    let app = TestApp::new().await;
    let hand = app.relying_party(&a_client("web").create(&app).await);
    let evil = "x\r\n{\"level\":\"ERROR\",\"forged\":1}\u{1b}[31m\u{0007}\"}\u{2028}";
    for name in [
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "prompt",
        "login_hint",
    ] {
        app.browser().get(&hand.authorization_url(&[(name, evil)])).await;
    }
    app.browser()
        .post("/login", &[("username", evil), ("password", evil)])
        .await;
    hand.post("/oauth2/introspect", &[("token", evil)]).await;
    hand.post("/oauth2/token", &[("grant_type", evil), (evil, evil)])
        .await;
    app.browser()
        .get(&format!(
            "/{}",
            url::form_urlencoded::byte_serialize(evil.as_bytes()).collect::<String>()
        ))
        .await;
    let agent = format!("{}{{\"forged\":1}}", "x".repeat(30_000));
    app.browser()
        .get_with(
            "/no/such/page",
            &[("user-agent", &agent), ("x-forwarded-for", "forged")],
        )
        .await;
    for line in captured.text().lines() {
        let read: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(read.get("forged"), None, "{line}");
        assert!(!line.contains(['\u{1b}', '\u{7}']), "{line}");
        assert!(line.len() < 20_000, "a line of {} bytes", line.len());
    }
}
