//! Signing up by mail: from an address to a person who is signed in, and what makes no account.

use std::time::Duration;

use signet::config::{MailTransport, SignUpPolicy, SignetConfig};
use signet::mail::Letter;

use crate::app::{Browser, Reply, TestApp};
use crate::attack::evidence::{assert_page, count, sessions};
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person, an_organization};

pub const PASSWORD: &str = "correct horse battery staple";

/// The link that a letter holds, as a path of the server.
pub fn link(app: &TestApp, letter: &Letter) -> String {
    let begins = letter.text.find(&app.issuer).expect("a link");
    let link: &str = letter.text[begins..].split_whitespace().next().expect("a link");
    link.to_owned()
}

/// The code that a letter holds.
fn code(letter: &Letter) -> String {
    let mut words = letter.text.split_whitespace();
    let code = words.find(|word| word.len() == 8 && word.bytes().all(|byte| byte.is_ascii_digit()));
    code.unwrap_or_else(|| panic!("no code: {}", letter.text))
        .to_owned()
}

/// Asks for an account; answers with where the code is typed.
async fn ask(browser: &Browser, email: &str) -> Reply {
    browser.post("/signup", &[("email", email)]).await
}

/// Gives name and password on the page that a link leads to.
pub async fn finish(browser: &Browser, page: &Reply, path: &str, password: &str) -> Reply {
    let (token, request) = (page.field("token"), page.field("request"));
    let fields = [
        ("token", token.as_str()),
        ("request", &request),
        ("name", "Ada Example"),
        ("password", password),
    ];
    browser.post(path, &fields).await
}

async fn users(app: &TestApp) -> i64 {
    count(app, "select count(*) from auth.users").await
}

/// The link alone makes no account, whoever opens it and however often (RV-03); name and password do, once, and the person
/// is signed in with a proven address.
#[tokio::test]
async fn a_person_signs_up_by_the_link_and_is_signed_in() {
    let app = TestApp::new().await;
    let browser = app.browser();
    let asked = ask(&browser, " Ada@Example.TEST").await;
    assert_eq!(asked.location().path(), "/signup/code");
    assert_eq!(users(&app).await, 0, "an address is no account before its proof");
    let letters = app.mail_to("Ada@example.test").await;
    assert_eq!(letters.len(), 1);
    let link = link(&app, &letters[0]);
    for _ in 0..10 {
        assert_page(&app.browser().get(&link).await, 200);
    }
    assert_eq!((users(&app).await, sessions(&app).await), (0, 0), "rv_03");
    // In another browser than the one that asked: mail is read on another machine.
    let elsewhere = app.browser();
    let page = elsewhere.get(&link).await;
    let made = finish(&elsewhere, &page, "/signup/finish", PASSWORD).await;
    assert_eq!(made.location().path(), "/account");
    let account = elsewhere.get("/account").await;
    assert!(account.body.contains("Ada Example"), "{}", account.body);
    let proven = "select count(*) from auth.users where email_canonical = 'ada@example.test'
        and email_verified_at is not null and status = 'active'";
    assert_eq!(count(&app, proven).await, 1);
    assert_eq!(browser.get("/account").await.location().path(), "/login");
    // Once more: the link is used.
    let again = finish(&app.browser(), &page, "/signup/finish", PASSWORD).await;
    assert_page(&again, 410);
    let credentials = [("username", "ada@example.test"), ("password", PASSWORD)];
    let login = app.browser().post("/login", &credentials).await;
    assert_eq!(login.location().path(), "/account");
}

/// The code is worth what the link is in the browser that asked, and nothing elsewhere; five wrong ones end it, and the
/// link goes on.
#[tokio::test]
async fn a_code_counts_in_the_browser_that_asked_and_five_wrong_ones_end_it() {
    let app = TestApp::new().await;
    let browser = app.browser();
    let asked = ask(&browser, "ada@example.test").await;
    let proof = asked.parameter("proof").unwrap();
    let right = code(&app.mail_to("ada@example.test").await[0]);
    let typed = async |browser: &Browser, proof: &str, code: &str| {
        browser
            .post("/signup/code", &[("proof", proof), ("code", code)])
            .await
    };
    // Without a cookie, and in a browser that asked for something else.
    assert_page(&typed(&app.browser(), &proof, &right).await, 400);
    let other = app.browser();
    ask(&other, "eve@example.test").await;
    assert_page(&typed(&other, &proof, &right).await, 400);
    assert_page(&typed(&browser, &proof, "00000000").await, 400);
    let spaced = format!("{} {}", &right[..4], &right[4..]);
    let page = browser
        .get(typed(&browser, &proof, &spaced).await.location().as_str())
        .await;
    assert_page(&page, 200);
    assert_page(&typed(&browser, &proof, &right).await, 400);
    assert_eq!(
        finish(&browser, &page, "/signup/finish", PASSWORD)
            .await
            .location()
            .path(),
        "/account"
    );

    let guessing = app.browser();
    let asked = ask(&guessing, "bob@example.test").await;
    let proof = asked.parameter("proof").unwrap();
    let letter = app.mail_to("bob@example.test").await.remove(0);
    for _ in 0..5 {
        assert_page(&typed(&guessing, &proof, "00000000").await, 400);
    }
    assert_page(&typed(&guessing, &proof, &code(&letter)).await, 400);
    assert_page(&app.browser().get(&link(&app, &letter)).await, 200);
}

/// Whoever signs up for an application's sake is led back to it.
#[tokio::test]
async fn whoever_came_from_an_application_is_led_back_to_it() {
    let app = TestApp::new().await;
    let shop = app.relying_party(&a_client("shop").create(&app).await);
    let browser = app.browser();
    let begun = browser
        .get(&shop.authorization_url(&[("prompt", "create")]))
        .await;
    assert_eq!(begun.location().path(), "/signup", "prompt=create");
    let request = begun.parameter("request").unwrap();
    let login = browser.get(&format!("/login?request={request}")).await;
    for leads in ["/signup?request=", "/recovery?request="] {
        assert!(login.body.contains(leads), "{}", login.body);
    }
    let fields = [("email", "ada@example.test"), ("request", request.as_str())];
    browser.post("/signup", &fields).await;
    let letter = app.mail_to("ada@example.test").await.remove(0);
    let page = browser.get(&link(&app, &letter)).await;
    let made = finish(&browser, &page, "/signup/finish", PASSWORD).await;
    assert_eq!(made.location().path(), "/oauth2/continue");
    let answered = browser.follow(made).await;
    assert!(
        answered.header("location").starts_with(&shop.client.redirect_uri),
        "{answered:?}"
    );
    assert!(answered.parameter("code").is_some());
}

/// LO-01: the answer and the statements are the same for an address that has an account; its owner is told, and no code
/// and no link exists for it.
#[tokio::test]
async fn lo_01_a_known_address_is_answered_like_any_other() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let mut statements = crate::support::statements::Statements::of(&app.database).await;
    let mut seen = Vec::new();
    for email in [ada.email.as_str(), "nobody@example.test"] {
        for path in ["/signup", "/recovery"] {
            let browser = app.browser();
            let fields = [("email", email)];
            let (reply, sent) = statements.during(browser.post(path, &fields)).await;
            assert_eq!(reply.status, 303);
            seen.push((path, reply.location().path().to_owned(), reply.body, sent));
        }
    }
    let (known, unknown) = seen.split_at(2);
    for ((path, at, body, sent), other) in known.iter().zip(unknown) {
        assert_eq!((at, body), (&other.1, &other.2), "{path}");
        // A part that is kept and one that is taken back are one statement each; the counter takes one for the other.
        let told = |sent: &[String]| -> Vec<String> {
            let all = sent.iter().filter(|text| !text.contains("savepoint"));
            let mut all: Vec<String> = all.cloned().collect();
            all.sort();
            all
        };
        assert_eq!(told(sent), told(&other.3), "{path}");
    }
    let told = app.mail_to(&ada.email).await;
    assert_eq!(told.len(), 2, "that somebody tried, and a way back");
    assert!(!told.iter().any(|letter| letter.text.contains("/signup/finish")));
    assert_eq!(
        app.mail_to("nobody@example.test").await.len(),
        1,
        "nobody's account is recovered"
    );
    assert_eq!(users(&app).await, 1);
}

/// LO-10: what may be no password makes no account, and leaves the link good.
#[tokio::test]
async fn lo_10_a_bad_password_is_refused_and_the_link_stays_good() {
    let list = crate::support::folder::folder().join("breached.txt");
    // SHA-1 of "tamarind violin oxide".
    let hash = signet::base::digest::plain_sha1(b"tamarind violin oxide");
    let hash = hash
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02X}"));
    std::fs::write(&list, format!("{hash}:3\n")).expect("writable");
    let app = TestApp::with(|config| config.password.breached_file.clone_from(&list)).await;
    let browser = app.browser();
    ask(&browser, "wilhelmine.oberhuber@example.test").await;
    let letter = app.mail_to("wilhelmine.oberhuber@example.test").await.remove(0);
    let page = browser.get(&link(&app, &letter)).await;
    for (password, because) in [
        ("short 7", "at least 8"),
        ("password123", "Many people use"),
        ("wilhelmine.oberhuber", "easily guessed"),
        ("tamarind violin oxide", "leaked"),
        (&"x".repeat(1025), "longer"),
    ] {
        let refused = finish(&browser, &page, "/signup/finish", password).await;
        assert!(refused.status == 400, "{password}: {}", refused.status);
        assert!(refused.body.contains(because), "{password}: {}", refused.body);
    }
    assert_eq!(users(&app).await, 0);
    let longest = format!("{PASSWORD}{}", "y".repeat(1024 - PASSWORD.len()));
    assert_eq!(
        finish(&browser, &page, "/signup/finish", &longest)
            .await
            .location()
            .path(),
        "/account"
    );
    let cut = [
        ("username", "wilhelmine.oberhuber@example.test"),
        ("password", &longest[..1023]),
    ];
    assert_eq!(
        app.browser().post("/login", &cut).await.status,
        401,
        "nothing is cut off"
    );
}

/// RV-01: the newest link is the only one, and it is good for an hour and for its own purpose.
#[tokio::test]
async fn rv_01_a_newer_link_ends_the_older_and_time_ends_the_newest() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let browser = app.browser();
    ask(&browser, "bob@example.test").await;
    ask(&browser, "bob@example.test").await;
    let letters = app.mail_to("bob@example.test").await;
    let (older, newer) = (link(&app, &letters[0]), link(&app, &letters[1]));
    assert_page(&browser.get(&older).await, 410);
    assert_page(&browser.get(&newer).await, 200);
    let token = newer.split("token=").nth(1).unwrap();
    for other in ["/recovery/password", "/account/email/confirm"] {
        assert_page(&browser.get(&format!("{other}?token={token}")).await, 410);
    }
    browser.post("/recovery", &[("email", &ada.email)]).await;
    let reset = link(&app, &app.mail_to(&ada.email).await[0]);
    let token = reset.split("token=").nth(1).unwrap();
    assert_page(&browser.get(&format!("/signup/finish?token={token}")).await, 410);
    app.clock.advance(Duration::from_hours(1));
    for late in [newer, reset] {
        assert_page(&browser.get(&late).await, 410);
    }
}

/// RV-01: of many that use one link at the same time, one succeeds.
#[tokio::test]
async fn rv_01_of_ten_uses_at_once_one_succeeds() {
    let app = TestApp::new().await;
    let browser = app.browser();
    ask(&browser, "ada@example.test").await;
    let link = link(&app, &app.mail_to("ada@example.test").await[0]);
    let page = browser.get(&link).await;
    let browsers: Vec<Browser> = (0..10).map(|_| app.browser()).collect();
    let uses = browsers
        .iter()
        .map(|browser| finish(browser, &page, "/signup/finish", PASSWORD));
    let replies = futures_util::future::join_all(uses).await;
    let made = replies.iter().filter(|reply| reply.status == 303).count();
    assert_eq!((made, users(&app).await, sessions(&app).await), (1, 1, 1));
}

/// RV-04: what is no address of one mailbox is refused, and no mail goes anywhere.
#[tokio::test]
async fn rv_04_what_could_be_another_mailbox_is_refused() {
    let app = TestApp::new().await;
    for email in [
        "a@b@example.test",
        "a@example.test\r\nBcc: c@d.test",
        "a,b@example.test",
        "a\u{200b}@example.test",
        "",
    ] {
        for path in ["/signup", "/recovery"] {
            assert_page(&app.browser().post(path, &[("email", email)]).await, 400);
        }
    }
    assert_eq!(count(&app, "select count(*) from auth.queue").await, 0);
}

/// RV-07: what somebody else began with an address opens nothing once its owner has proven it.
#[tokio::test]
async fn rv_07_nobody_prepares_an_account_for_the_owner_of_an_address() {
    let app = TestApp::new().await;
    let mallory = app.browser();
    let asked = ask(&mallory, "ada@example.test").await;
    let ada = app.browser();
    ask(&ada, "ada@example.test").await;
    let letters = app.mail_to("ada@example.test").await;
    let page = ada.get(&link(&app, &letters[1])).await;
    finish(&ada, &page, "/signup/finish", PASSWORD).await.location();
    let proof = asked.parameter("proof").unwrap();
    let fields = [("proof", proof.as_str()), ("code", &code(&letters[0]))];
    assert_page(&mallory.post("/signup/code", &fields).await, 400);
    assert_eq!(mallory.get("/account").await.location().path(), "/login");
    assert_eq!((users(&app).await, sessions(&app).await), (1, 1));
}

async fn team(app: &TestApp) -> (TestPerson, TestOrganization) {
    let olga = a_person("olga").create(app).await;
    let team = an_organization(app, "team", &olga, None).await;
    (olga, team)
}

/// Where nobody signs up without an invitation, whoever was invited does, with that address and no other, and is led to the
/// invitation (IV-01: the invitation's link alone proves nothing, since whoever invited saw it too).
#[tokio::test]
async fn iv_01_an_invited_person_signs_up_and_is_led_to_the_invitation() {
    let closed = |config: &mut SignetConfig| config.sign_up.policy = SignUpPolicy::Closed;
    let app = TestApp::with(closed).await;
    assert_page(&app.browser().get("/signup").await, 403);
    assert_page(&ask(&app.browser(), "sven@example.test").await, 403);
    assert!(!app.browser().get("/login").await.body.contains("/signup"));
    let (olga, team) = team(&app).await;
    let (_, token) = team
        .invite_as(&app, &olga.actor(), "sven@example.test", "member")
        .await
        .unwrap();
    let browser = app.browser();
    browser
        .get(&format!("/account/invitation?token={}", token.expose()))
        .await;
    let shown = browser.get("/signup").await;
    assert!(shown.body.contains("sven@example.test"), "{}", shown.body);
    assert_page(&ask(&browser, "eve@example.test").await, 403);
    ask(&browser, "sven@example.test").await.location();
    let link = link(&app, &app.mail_to("sven@example.test").await[0]);
    let page = browser.get(&link).await;
    let made = finish(&browser, &page, "/signup/finish", PASSWORD).await;
    assert_eq!(made.location().path(), "/account/invitation");
    let offered = browser.get("/account/invitation").await;
    assert!(offered.body.contains("<bdi>team</bdi>"), "{}", offered.body);
}

/// A day takes so many and no more; the next one begins at midnight.
#[tokio::test]
async fn a_day_takes_so_many_and_the_next_one_begins_at_midnight() {
    let app = TestApp::with(|config| config.sign_up.daily = 1).await;
    let browser = app.browser();
    ask(&browser, "ada@example.test").await;
    ask(&browser, "bob@example.test").await;
    let page = browser
        .get(&link(&app, &app.mail_to("ada@example.test").await[0]))
        .await;
    finish(&browser, &page, "/signup/finish", PASSWORD)
        .await
        .location();
    let other = app.browser();
    let page = other
        .get(&link(&app, &app.mail_to("bob@example.test").await[0]))
        .await;
    let late = finish(&other, &page, "/signup/finish", PASSWORD).await;
    assert_page(&late, 429);
    let wait: u64 = late.header("retry-after").parse().expect("when it resets");
    assert_page(&other.get("/signup").await, 429);
    app.clock.advance(Duration::from_secs(wait));
    assert_page(&other.get("/signup").await, 200);
}

/// Without mail nobody can sign up, and the pages say so.
#[tokio::test]
async fn without_mail_the_pages_say_that_nothing_is_possible() {
    let app = TestApp::with(|config| config.mail.transport = MailTransport::None).await;
    for path in ["/signup", "/recovery"] {
        assert_page(&app.browser().get(path).await, 404);
    }
    let login = app.browser().get("/login").await;
    assert!(!login.body.contains("/signup") && !login.body.contains("/recovery"));
}

/// BR-02, BR-10: a form from elsewhere does nothing, and no link is made of what a request says of its host.
#[tokio::test]
async fn br_10_links_come_from_the_issuer_and_br_02_forms_from_its_pages() {
    let app = TestApp::new().await;
    for path in [
        "/signup",
        "/signup/code",
        "/signup/finish",
        "/recovery",
        "/recovery/password",
        "/account/email/confirm",
    ] {
        let fields = [("email", "ada@example.test")];
        let reply = app
            .browser()
            .post_from(path, &fields, Some("https://evil.example"))
            .await;
        assert_page(&reply, 403);
    }
    assert_eq!(count(&app, "select count(*) from auth.queue").await, 0);
    let spoofed = crate::support::http::builder()
        .no_proxy()
        .build()
        .expect("a client")
        .post(format!("{}/signup", app.issuer))
        .header("origin", &app.issuer)
        .header("x-forwarded-host", "evil.example")
        .header("forwarded", "host=evil.example;proto=https")
        .form(&[("email", "ada@example.test")])
        .send()
        .await
        .expect("an answer");
    drop(spoofed);
    let letter = app.mail_to("ada@example.test").await.remove(0);
    assert!(!letter.text.contains("evil.example") && !letter.html.contains("evil.example"));
    assert!(link(&app, &letter).starts_with(&format!("{}/signup/finish?token=vf_0_", app.issuer)));
}
