//! Attacks on the sign-in: LO-01, LO-02, LO-03.

use std::time::Duration;

use signet::user::UserStatus;

use super::evidence::{count, events, sessions};
use crate::app::{Browser, Reply, TestApp};
use crate::fixtures::{a_client, a_person};

async fn attempt(browser: &Browser, username: &str, password: &str) -> Reply {
    browser
        .post("/login", &[("username", username), ("password", password)])
        .await
}

/// Everything that a reply says, but for what the request itself said and what names the reply.
fn said(reply: &Reply, username: &str) -> String {
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

/// LO-01; ASVS 6.3.8: a wrong password, an unknown name, a banned, an invited or an unverified person and one without
/// a password get the same reply, byte for byte, and each costs one hash.
#[tokio::test]
async fn lo_01_every_refusal_is_the_same() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let mut cases = vec![("ada".to_owned(), "wrong password".to_owned(), "wrong_password")];
    cases.push((
        "nobody".to_owned(),
        "wrong password".to_owned(),
        "unknown_identifier",
    ));
    cases.push((
        "nobody@example.test".to_owned(),
        "wrong password".to_owned(),
        "unknown_identifier",
    ));
    for (name, status) in [
        ("bea", UserStatus::Banned),
        ("ian", UserStatus::Invited),
        ("ina", UserStatus::Inactive),
        ("art", UserStatus::Archived),
    ] {
        let person = a_person(name).status(status).create(&app).await;
        cases.push((name.to_owned(), person.password, "status"));
    }
    let bare = a_person("bare").create(&app).await;
    let loose = a_person("loose")
        .with(|new| new.email_verified = false)
        .create(&app)
        .await;
    cases.push((loose.email, "wrong password".to_owned(), "wrong_password"));
    let mut admin = app.database.admin().await;
    sqlx::query("delete from auth.passwords where user_id = $1")
        .bind(bare.id.as_str())
        .execute(&mut admin)
        .await
        .unwrap();
    cases.push((bare.email.clone(), "wrong password".to_owned(), "no_password"));
    let browser = app.browser();
    let expected = said(&attempt(&browser, &ada.email, "wrong password").await, &ada.email);
    assert!(expected.starts_with("401"));
    for (username, password, reason) in &cases {
        app.clock.advance(Duration::from_secs(1));
        let reply = attempt(&app.browser(), username, password).await;
        assert_eq!(said(&reply, username), expected, "{reason}");
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

/// LO-01: a lock tells nothing either: the same 429 for an account and for none.
#[tokio::test]
async fn lo_01_a_lock_tells_nothing() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let mut replies = Vec::new();
    for username in ["ada", "nobody", "nobody@example.test"] {
        let browser = app.browser();
        for _ in 0..5 {
            assert_eq!(attempt(&browser, username, "wrong password").await.status, 401);
        }
        let locked = attempt(&browser, username, &ada.password).await;
        assert_eq!((locked.status, locked.header("retry-after")), (429, "1800"));
        replies.push(said(&locked, username));
    }
    assert!(replies.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(
        events(&app, "LOGIN_FAILURE").await,
        15,
        "a locked attempt is not checked"
    );
    assert_eq!(events(&app, "ACCOUNT_LOCKED").await, 3);
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

/// LO-02: a hundred guesses at once on three replicas: five are checked, no more.
#[tokio::test]
async fn lo_02_no_number_of_parallel_guesses_passes_the_limit() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let replicas = [app.replica().await, app.replica().await];
    let addresses = [&app.address, &replicas[0].address, &replicas[1].address];
    let guesses = (0..100).map(|number| {
        let (address, origin) = (addresses[number % 3].clone(), app.issuer.clone());
        async move {
            let fields = [("username", "ada"), ("password", "wrong password")];
            let browser = Browser::new(&address);
            browser.post_from("/login", &fields, Some(&origin)).await.status
        }
    });
    let statuses = futures_util::future::join_all(guesses).await;
    let of = |status: u16| statuses.iter().filter(|found| **found == status).count();
    assert_eq!((of(401), of(429)), (5, 95), "{statuses:?}");
    assert_eq!(events(&app, "LOGIN_FAILURE").await, 5);
    assert_eq!(attempt(&app.browser(), "ada", &ada.password).await.status, 429);
}

/// LO-03: however the identifier is written, one counter counts and one account is meant.
#[tokio::test]
async fn lo_03_every_spelling_counts_for_one_account() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let spellings = [
        "ada",
        " ADA ",
        "Ada@Example.TEST",
        "\u{ff41}da",
        "\u{ff41}\u{ff44}\u{ff41}@example\u{3002}test",
    ];
    for spelling in spellings {
        assert_eq!(
            attempt(&app.browser(), spelling, "wrong password").await.status,
            401,
            "{spelling}"
        );
    }
    for spelling in spellings {
        assert_eq!(
            attempt(&app.browser(), spelling, &ada.password).await.status,
            429,
            "{spelling}"
        );
    }
    assert_eq!(count(&app, "select count(*) from auth.login_attempts").await, 1);
    let unknown = app.browser();
    for spelling in ["zoe", "ZOE", " zoe", "Zoe", "\u{ff5a}oe"] {
        assert_eq!(attempt(&unknown, spelling, "wrong password").await.status, 401);
    }
    assert_eq!(attempt(&unknown, "zoe ", "wrong password").await.status, 429);
    assert_eq!(count(&app, "select count(*) from auth.login_attempts").await, 2);
}

/// LO-03: what nobody can be called costs no row, and is refused like anybody.
#[tokio::test]
async fn lo_03_an_impossible_name_is_refused_like_any_other() {
    let app = TestApp::new().await;
    let expected = said(
        &attempt(&app.browser(), "nobody", "wrong password").await,
        "nobody",
    );
    for impossible in ["a b@c@d", "\u{200b}ada", "@", "a@"] {
        let reply = attempt(&app.browser(), impossible, "wrong password").await;
        assert_eq!(said(&reply, impossible), expected, "{impossible:?}");
    }
    assert_eq!(count(&app, "select count(*) from auth.login_attempts").await, 1);
}
