//! The lock of the sign-in: whom it keeps out, whom it does not, what it tells, and what ends it (LO-03, LO-05).

use std::time::Duration;

use super::evidence::{count, events};
use super::login_enumeration::{attempt, said};
use crate::app::{Browser, TestApp};
use crate::command_line::program::Signet;
use crate::fixtures::a_person;

const DAY: u64 = 24 * 60 * 60;

fn wait(app: &TestApp, seconds: &str) {
    let seconds = seconds.parse().expect("seconds");
    app.clock.advance(Duration::from_secs(seconds));
}

/// Fails until the lock stands, waiting where that is asked for; gives what was asked for before each attempt.
async fn lock(app: &TestApp, username: &str) -> Vec<String> {
    let mut waits = Vec::new();
    for _ in 0..5 {
        let mut reply = attempt(&app.browser(), username, "wrong password").await;
        if reply.status == 429 {
            waits.push(reply.header("retry-after").to_owned());
            wait(app, reply.header("retry-after"));
            reply = attempt(&app.browser(), username, "wrong password").await;
        }
        assert_eq!(reply.status, 401, "{waits:?}");
    }
    waits
}

/// Delays grow before the lock, and the page says how long each of them is.
#[tokio::test]
async fn delays_grow_before_the_lock_and_the_page_says_how_long() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    for username in ["ada", "nobody"] {
        assert_eq!(lock(&app, username).await, ["5", "20"]);
        let locked = attempt(&app.browser(), username, &ada.password).await;
        assert_eq!((locked.status, locked.header("retry-after")), (429, "1800"));
        assert!(locked.body.contains("Try again in 30 minutes"), "{}", locked.body);
    }
    assert_eq!(events(&app, "ACCOUNT_LOCKED").await, 2);
    wait(&app, "1800");
    assert_eq!(attempt(&app.browser(), "ada", &ada.password).await.status, 303);
}

/// LO-03: what was reached through the address tells nothing through the user name: at every step an identifier that
/// has an account is answered like one that has none, byte for byte.
#[tokio::test]
async fn lo_03_a_lock_reached_through_the_address_tells_nothing_through_the_user_name() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let pairs = [(ada.email.as_str(), "nobody@example.test"), ("ada", "nobody")];
    for _ in 0..6 {
        for (known, unknown) in pairs {
            let replies = [
                said(&attempt(&app.browser(), known, "wrong password").await, known),
                said(&attempt(&app.browser(), unknown, "wrong password").await, unknown),
            ];
            assert_eq!(replies[0], replies[1]);
        }
        app.clock.advance(Duration::from_secs(20));
    }
    assert!(
        count(
            &app,
            "select count(*) from auth.login_attempts where locked_until is not null"
        )
        .await
            >= 4
    );
    // Through an identifier that nobody has touched there is nothing to notice, and the right password is right.
    let bob = a_person("bob").create(&app).await;
    lock(&app, &bob.email).await;
    assert_eq!(
        attempt(&app.browser(), &bob.email, &bob.password).await.status,
        429
    );
    assert_eq!(attempt(&app.browser(), "bob", &bob.password).await.status, 303);
}

/// LO-05; NIST SP 800-63B-4 section 3.2.2: somebody fails on a victim for a day, whenever they may. The victim's own
/// browser signs in all the same, with room for mistakes; elsewhere not even the right password is worth anything any
/// more, and no more than a hundred were ever tried.
#[tokio::test]
async fn lo_05_a_known_browser_signs_in_while_others_keep_failing() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let own = app.browser();
    assert_eq!(attempt(&own, "ada", &ada.password).await.status, 303);
    let stranger = app.browser();
    let mut passed = 0;
    while passed < DAY {
        let reply = attempt(&stranger, "ada", "wrong password").await;
        if reply.status == 429 {
            wait(&app, reply.header("retry-after"));
            passed += reply.header("retry-after").parse::<u64>().expect("seconds");
        }
    }
    let failures = "select failures::bigint from auth.login_attempts where subject like 'user:%'";
    assert!(count(&app, failures).await > 80);
    wait(&app, "7200");
    assert_eq!(
        attempt(&app.browser(), "ada", &ada.password).await.status,
        401,
        "worth nothing where nobody signed in before"
    );
    let refused =
        "select count(*) from auth.security_events where metadata ->> 'reason' = 'too_many_failures'";
    assert_eq!(count(&app, refused).await, 1);
    wait(&app, "7200");
    lock(&app, "ada").await;
    for _ in 0..2 {
        assert_eq!(attempt(&own, "ada", "a mistake").await.status, 401);
    }
    assert_eq!(attempt(&own, &ada.email, &ada.password).await.status, 303);
    assert_eq!(
        count(
            &app,
            "select count(*) from auth.login_attempts where subject like 'user:%'"
        )
        .await,
        0
    );
}

/// The browser is known by a cookie that lives long, survives the logout, and is for this server alone.
#[tokio::test]
async fn a_browser_stays_known_after_a_logout() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let own = app.browser();
    let reply = attempt(&own, "ada", &ada.password).await;
    let cookies: Vec<_> = reply
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let device = cookies
        .iter()
        .find(|value| value.starts_with("signet_device="))
        .expect("a cookie");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=34560000"] {
        assert!(device.contains(attribute), "{device}");
    }
    assert!(device.len() < 400, "{device}");
    let page = own.get("/oauth2/logout").await;
    let csrf = page
        .body
        .split("name=\"csrf\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    own.post("/oauth2/logout/confirm", &[("csrf", csrf.unwrap_or_default())])
        .await;
    assert!(own.cookie("signet_device").is_some());
    lock(&app, "ada").await;
    assert_eq!(attempt(&own, "ada", &ada.password).await.status, 303);
}

/// A cookie that somebody made, changed or took from another account gives nothing; a stolen one gives the attempts of
/// one browser, and at last none of its own.
#[tokio::test]
async fn a_forged_or_foreign_device_gives_nothing_and_a_stolen_one_only_attempts() {
    let app = TestApp::new().await;
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let (own, foreign) = (app.browser(), app.browser());
    attempt(&own, "ada", &ada.password).await;
    attempt(&foreign, "bob", &bob.password).await;
    let cookie = own.cookie("signet_device").expect("a cookie");
    lock(&app, "ada").await;
    assert_eq!(
        attempt(&foreign, "ada", &ada.password).await.status,
        429,
        "bob's browser"
    );
    let mut forged = cookie.clone();
    let last = forged.pop();
    forged.push(if last == Some('A') { 'E' } else { 'A' });
    for text in [forged.as_str(), "x", "..", &cookie[1..], "e30.1.e30"] {
        let browser = app.browser();
        browser.set_cookie("signet_device", text);
        assert_eq!(
            attempt(&browser, "ada", &ada.password).await.status,
            429,
            "{text}"
        );
    }
    let thief = app.browser();
    thief.set_cookie("signet_device", &cookie);
    assert_eq!(
        thief.get("/account").await.location().path(),
        "/login",
        "it signs nobody in"
    );
    let mut checked = 0;
    for _ in 0..100 {
        let reply = attempt(&thief, "ada", "wrong password").await;
        if reply.status == 401 {
            checked += 1;
        } else {
            wait(&app, reply.header("retry-after"));
        }
        let spent =
            "select count(*) from auth.login_attempts where subject like 'device:%' and failures >= 20";
        if count(&app, spent).await == 1 {
            break;
        }
    }
    assert_eq!(checked, 20);
    assert!(own.cookie("signet_device").is_some_and(|kept| kept == cookie));
}

/// An operator's unlock and a new password end a lock at once, and leave their trace.
#[tokio::test]
async fn an_unlock_and_a_new_password_end_a_lock() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let signet = Signet::on(&app.database);
    lock(&app, "ada").await;
    lock(&app, &ada.email).await;
    assert_eq!(attempt(&app.browser(), "ada", &ada.password).await.status, 429);
    let unlocked = signet.run(&["user", "unlock", "ada"]).await;
    assert_eq!(unlocked.code, 0, "{}", unlocked.output);
    assert!(unlocked.output.contains("unlocked"), "{}", unlocked.output);
    for username in ["ada", &ada.email] {
        assert_eq!(attempt(&app.browser(), username, &ada.password).await.status, 303);
    }
    let again = signet.run(&["user", "unlock", "ada"]).await;
    assert!(again.output.contains("nothing was counted"), "{}", again.output);
    lock(&app, "ada").await;
    let set = signet.run(&["user", "set-password", "ada", "--json"]).await;
    let new = set
        .output
        .split("\"password\":")
        .nth(1)
        .and_then(|rest| rest.split('"').nth(1));
    let new = new.expect("a password");
    assert_eq!(attempt(&app.browser(), "ada", new).await.status, 303);
    assert_eq!(events(&app, "ACCOUNT_UNLOCKED").await, 2);
}

/// Counters end: identifiers with their window, failures of accounts and browsers a month after the last.
#[tokio::test]
async fn counters_end() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let own: Browser = app.browser();
    attempt(&own, "ada", &ada.password).await;
    attempt(&own, "ada", "a mistake").await;
    for username in ["ada", "nobody", "nobody-else"] {
        attempt(&app.browser(), username, "wrong password").await;
    }
    let counters = "select count(*) from auth.login_attempts";
    let before = count(&app, counters).await;
    wait(&app, "3600");
    signet::jobs::cleanup::sweep(&app.app).await.unwrap();
    assert_eq!(count(&app, counters).await, before - 3);
    app.clock.advance(Duration::from_secs(31 * DAY));
    signet::jobs::cleanup::sweep(&app.app).await.unwrap();
    assert_eq!(count(&app, counters).await, 0);
}
