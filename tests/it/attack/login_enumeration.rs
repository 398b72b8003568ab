//! LO-01: what a sign-in says, and what it costs, tells nobody who has an account and how it stands.

use std::time::Duration;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use signet::lifecycle::delete_user;
use signet::user::UserStatus;

use super::evidence::{events, sessions};
use super::holdings::sql;
use crate::app::{Browser, Reply, TestApp};
use crate::fixtures::{a_client, a_person};
use crate::support::statements::Statements;

pub async fn attempt(browser: &Browser, username: &str, password: &str) -> Reply {
    browser
        .post("/login", &[("username", username), ("password", password)])
        .await
}

/// Everything that a reply says, but for what the request itself said and what names the reply.
pub fn said(reply: &Reply, username: &str) -> String {
    let mut headers: Vec<String> = reply
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "date" | "x-request-id" | "request-id"))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or("?")))
        .collect();
    headers.sort();
    let body = reply
        .body
        .replace(&format!(r#"value="{username}""#), r#"value="[username]""#);
    let headers = headers.join("\n");
    let headers = headers
        .lines()
        .filter(|line| !line.starts_with("content-length"))
        .collect::<Vec<_>>()
        .join("\n");
    format!("{}\n{headers}\n{body}", reply.status)
}

/// The passwords that this thread's server has hashed. A test's runtime has no other thread.
struct Hashes {
    numbers: PrometheusHandle,
    _recorder: metrics::LocalRecorderGuard<'static>,
}

impl Hashes {
    fn counted() -> Self {
        let recorder = Box::leak(Box::new(PrometheusBuilder::new().build_recorder()));
        Self {
            numbers: recorder.handle(),
            _recorder: metrics::set_default_local_recorder(recorder),
        }
    }

    fn so_far(&self) -> u64 {
        let shown = self.numbers.render();
        let line = shown
            .lines()
            .find_map(|line| line.strip_prefix("signet_password_hashes_total "));
        line.map_or(0, |number| number.parse().expect("a number"))
    }
}

/// Name, password and what is recorded of the attempt: one for every standing that there is.
async fn refusals(app: &TestApp) -> Vec<(String, String, &'static str)> {
    let wrong = || "wrong password".to_owned();
    let mut cases = Vec::new();
    for unknown in ["nobody", "nobody@example.test"] {
        cases.push((unknown.to_owned(), wrong(), "unknown_identifier"));
    }
    for status in UserStatus::ALL {
        let name = format!("an-{}-one", status.name());
        let person = a_person(&name).status(status).create(app).await;
        cases.push((name.clone(), wrong(), "wrong_password"));
        cases.push((person.email.clone(), "x".repeat(5_000), "wrong_password"));
        if !status.may_sign_in() {
            cases.push((name, person.password, "status"));
        }
    }
    let loose = a_person("loose").with(|new| new.email_verified = false);
    cases.push((loose.create(app).await.email, wrong(), "wrong_password"));
    let bare = a_person("bare").create(app).await;
    cases.push((bare.email, wrong(), "no_password"));
    sql(
        app,
        "delete from auth.passwords where user_id = (select id from auth.users where email = 'bare@example.test')",
    )
    .await;
    let gone = a_person("gone").create(app).await;
    let mut work = app.work().await;
    delete_user::delete_user(&mut work, &gone.id)
        .await
        .expect("deleted");
    work.commit().await.expect("committed");
    cases.push((gone.email, gone.password, "unknown_identifier"));
    cases
}

/// LO-01; ASVS 6.3.8: a wrong password, an unknown name, a person of any other status, unverified, deleted or without a
/// password: the same reply byte for byte, for one hash and the same statements. What that takes in time is not measured
/// here: on a busy machine it would tell of the machine.
#[tokio::test]
async fn lo_01_every_refusal_is_the_same() {
    let hashes = Hashes::counted();
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let cases = refusals(&app).await;
    let mut admin = app.database.admin().await;
    let mut statements = Statements::of(&app.database).await;
    let mut refused = async |username: &str, password: &str| {
        app.clock.advance(Duration::from_secs(1));
        let browser = app.browser();
        let before = hashes.so_far();
        let (reply, sent) = statements.during(attempt(&browser, username, password)).await;
        (said(&reply, username), hashes.so_far() - before, sent)
    };
    let expected = refused(&ada.email, "wrong password").await;
    assert!(expected.0.starts_with("401"));
    assert_eq!(expected.1, 1, "one hash");
    for (username, password, reason) in &cases {
        assert_eq!(
            refused(username, password).await,
            expected,
            "{username}: {reason}"
        );
        let recorded: String = sqlx::query_scalar(
            "select metadata ->> 'reason' from auth.security_events where event_type = 'LOGIN_FAILURE' order by occurred_at desc limit 1",
        )
        .fetch_one(&mut admin)
        .await
        .unwrap();
        assert_eq!(recorded, *reason, "the operator is told what the person is not");
    }
    assert_eq!(sessions(&app).await, 0);
    assert_eq!(
        events(&app, "LOGIN_FAILURE").await,
        i64::try_from(cases.len()).unwrap() + 1
    );
}

/// LO-01: a lock tells nothing either: the same 429 for an account, for one that is banned and for none, without
/// a hash.
#[tokio::test]
async fn lo_01_a_lock_tells_nothing() {
    let hashes = Hashes::counted();
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    a_person("bea").status(UserStatus::Banned).create(&app).await;
    let mut replies = Vec::new();
    for username in ["ada", "bea", "nobody", "nobody@example.test"] {
        let browser = app.browser();
        for _ in 0..5 {
            // The longest wait before the lock.
            app.clock.advance(Duration::from_secs(20));
            assert_eq!(attempt(&browser, username, "wrong password").await.status, 401);
        }
        let before = hashes.so_far();
        let locked = attempt(&browser, username, &ada.password).await;
        assert_eq!(hashes.so_far(), before, "nothing is checked");
        assert_eq!((locked.status, locked.header("retry-after")), (429, "1800"));
        replies.push(said(&locked, username));
    }
    assert!(replies.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(
        events(&app, "LOGIN_FAILURE").await,
        20,
        "a locked attempt is not checked"
    );
    assert_eq!(events(&app, "ACCOUNT_LOCKED").await, 4);
    assert_eq!(sessions(&app).await, 0);
    app.clock.advance(Duration::from_mins(30));
    assert_eq!(attempt(&app.browser(), "ada", &ada.password).await.status, 303);
}

/// LO-01: `login_hint` and a request's page say nothing of whether an account exists.
#[tokio::test]
async fn lo_01_a_login_hint_tells_nothing() {
    let app = TestApp::new().await;
    a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let mut pages = Vec::new();
    for hint in ["ada@example.test", "nobody@example.test"] {
        let browser = app.browser();
        let begun = browser.get(&web.authorization_url(&[("login_hint", hint)])).await;
        let request = begun.parameter("request").unwrap();
        let shown = browser.get(begun.location().as_str()).await;
        pages.push(said(&shown, hint).replace(&request, "[request]"));
        let silent = browser
            .get(&web.authorization_url(&[("login_hint", hint), ("prompt", "none")]))
            .await;
        pages.push(silent.header("location").to_owned());
    }
    assert_eq!(pages[..2], pages[2..]);
}
