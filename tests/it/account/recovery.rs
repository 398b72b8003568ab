//! A forgotten password, and changes of password and address by whoever is signed in.

use signet::user::UserStatus;

use super::sign_up::{PASSWORD, finish, link};
use crate::app::{Browser, Reply, TestApp};
use crate::attack::evidence::{assert_page, count, events};
use crate::attack::holdings::{assert_dead, assert_live, refreshed};
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};

async fn sign_in(browser: &Browser, email: &str, password: &str) -> Reply {
    let fields = [("username", email), ("password", password)];
    browser.post("/login", &fields).await
}

async fn signed_in(app: &TestApp, person: &TestPerson) -> Browser {
    let browser = app.browser();
    sign_in(&browser, &person.email, &person.password)
        .await
        .location();
    browser
}

/// The link that leads to a new password.
async fn reset_link(app: &TestApp, person: &TestPerson) -> String {
    let sent = app.browser().post("/recovery", &[("email", &person.email)]).await;
    assert_eq!(sent.location().path(), "/recovery/sent");
    assert_page(&app.browser().get("/recovery/sent").await, 200);
    link(app, app.mail_to(&person.email).await.last().expect("a letter"))
}

/// RV-02: the new password opens the account and the old one nothing; sessions and refresh tokens end, a lock too; nobody is
/// signed in by it, and a notice is mailed. The link works once.
#[tokio::test]
async fn rv_02_a_recovery_ends_everything_and_signs_nobody_in() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let hand = app.relying_party(&a_client("web").create(&app).await);
    let held = hand.tokens(&app, &ada, &[]).await;
    let held = refreshed(&hand, &held).await;
    assert_live(&hand, &held).await;
    let before = signed_in(&app, &ada).await;
    let link = reset_link(&app, &ada).await;
    for _ in 0..3 {
        sign_in(&app.browser(), &ada.email, "wrong").await;
    }
    let browser = app.browser();
    let page = browser.get(&link).await;
    assert_page(&page, 200);
    app.clock.advance(std::time::Duration::from_secs(1));
    let done = finish(&browser, &page, "/recovery/password", PASSWORD).await;
    assert_page(&done, 200);
    assert!(done.body.contains("/login"), "{}", done.body);
    for browser in [&browser, &before] {
        assert_eq!(browser.get("/account").await.location().path(), "/login");
    }
    assert_dead(&hand, &held).await;
    assert_eq!(
        sign_in(&app.browser(), &ada.email, &ada.password).await.status,
        401
    );
    sign_in(&app.browser(), &ada.email, PASSWORD).await.location();
    let letters = app.mail_to(&ada.email).await;
    assert!(letters.last().unwrap().subject.contains("password was changed"));
    assert_eq!(events(&app, "PASSWORD_CHANGED").await, 1);
    assert_page(
        &finish(&browser, &page, "/recovery/password", PASSWORD).await,
        410,
    );
}

/// RV-01: a link to a new password is dead after another change of password, and for somebody who is shut out.
#[tokio::test]
async fn rv_01_a_link_is_dead_after_another_change() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let link = reset_link(&app, &ada).await;
    let browser = signed_in(&app, &ada).await;
    let fields = [("current", ada.password.as_str()), ("password", PASSWORD)];
    assert_page(&browser.post("/account/password", &fields).await, 200);
    assert_page(&app.browser().get(&link).await, 410);

    let eve = a_person("eve").status(UserStatus::Banned).create(&app).await;
    app.browser().post("/recovery", &[("email", &eve.email)]).await;
    assert!(app.mail_to(&eve.email).await.is_empty());
}

/// RV-07: a recovery proves the address of an account that somebody else made for it, and takes it from them.
#[tokio::test]
async fn rv_07_a_recovery_takes_an_account_from_whoever_prepared_it() {
    let app = TestApp::new().await;
    let ada = a_person("ada")
        .with(|new| new.email_verified = false)
        .create(&app)
        .await;
    let mallory = signed_in(&app, &ada).await;
    let fields = [
        ("current", ada.password.as_str()),
        ("email", "mallory@example.test"),
    ];
    assert_page(&mallory.post("/account/email", &fields).await, 200);
    let pending = link(&app, &app.mail_to("mallory@example.test").await[0]);
    let reset = reset_link(&app, &ada).await;
    let owner = app.browser();
    let page = owner.get(&reset).await;
    app.clock.advance(std::time::Duration::from_secs(1));
    assert_page(&finish(&owner, &page, "/recovery/password", PASSWORD).await, 200);
    assert_eq!(mallory.get("/account").await.location().path(), "/login");
    assert_page(&mallory.get(&pending).await, 410);
    let verified = "select count(*) from auth.users where email_verified_at is not null";
    assert_eq!(count(&app, verified).await, 1);
}

/// RV-06: a session alone changes no password: the one from before is checked, and guesses are counted.
#[tokio::test]
async fn rv_06_a_password_is_changed_by_whoever_knows_it() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let (browser, other) = (signed_in(&app, &ada).await, signed_in(&app, &ada).await);
    let well_known = browser.get("/.well-known/change-password").await;
    assert_eq!(well_known.location().path(), "/account/password");
    assert_page(&browser.get("/account/password").await, 200);
    let change = async |current: &str, new: &str| {
        browser
            .post("/account/password", &[("current", current), ("password", new)])
            .await
    };
    assert_page(&change("", PASSWORD).await, 401);
    assert_page(&change("wrong", PASSWORD).await, 401);
    assert_page(&change(&ada.password, "short").await, 400);
    let begun = browser.cookie("signet_session");
    app.clock.advance(std::time::Duration::from_mins(1));
    assert_page(&change(&ada.password, PASSWORD).await, 200);
    assert_ne!(browser.cookie("signet_session"), begun, "a new handle");
    assert_page(&browser.get("/account").await, 200);
    assert_eq!(other.get("/account").await.location().path(), "/login");
    let letters = app.mail_to(&ada.email).await;
    assert!(letters[0].subject.contains("password was changed"));
    let mut last = 401;
    for _ in 0..6 {
        last = change("wrong", "another horse battery").await.status;
    }
    assert_eq!(last, 429, "guesses are counted");
    assert_eq!(
        app.browser().get("/account/password").await.location().path(),
        "/login"
    );
}

/// A new address counts once its mailbox is proven; the old one is told, and opens nothing from then on.
#[tokio::test]
async fn a_new_address_counts_once_it_is_proven() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let browser = signed_in(&app, &ada).await;
    let change = async |current: &str, email: &str| {
        browser
            .post("/account/email", &[("current", current), ("email", email)])
            .await
    };
    assert_page(&change("wrong", "new@example.test").await, 401);
    assert_page(&change(&ada.password, "older@example.test").await, 200);
    assert_page(&change(&ada.password, "new@example.test").await, 200);
    let reset = reset_link(&app, &ada).await;
    let older = link(&app, &app.mail_to("older@example.test").await[0]);
    let newer = link(&app, &app.mail_to("new@example.test").await[0]);
    assert_page(&browser.get(&older).await, 410);
    let page = browser.get(&newer).await;
    assert!(page.body.contains("new@example.test"), "{}", page.body);
    assert_eq!(
        events(&app, "EMAIL_CHANGED").await,
        0,
        "rv_03: a look changes nothing"
    );
    let token = page.field("token");
    let use_it = async || {
        app.browser()
            .post("/account/email/confirm", &[("token", &token)])
            .await
    };
    assert_page(&use_it().await, 200);
    assert_page(&use_it().await, 410);
    assert_page(&app.browser().get(&reset).await, 410);
    assert_eq!(
        sign_in(&app.browser(), &ada.email, &ada.password).await.status,
        401
    );
    sign_in(&app.browser(), "new@example.test", &ada.password)
        .await
        .location();
    let told = app.mail_to(&ada.email).await;
    assert!(
        told.iter()
            .any(|letter| letter.subject.contains("address was changed"))
    );
}

/// An address of somebody else is answered alike; its owner is told, and nothing changes.
#[tokio::test]
async fn an_address_of_somebody_else_is_answered_alike() {
    let app = TestApp::new().await;
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let browser = signed_in(&app, &ada).await;
    let fields = [("current", ada.password.as_str()), ("email", bob.email.as_str())];
    let reply = browser.post("/account/email", &fields).await;
    assert_page(&reply, 200);
    let told = app.mail_to(&bob.email).await;
    assert_eq!(told.len(), 1);
    assert!(
        !told[0].text.contains("/account/email/confirm"),
        "{}",
        told[0].text
    );
}
