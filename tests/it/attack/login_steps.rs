//! Attacks on the steps of a sign-in and on the password itself: LO-09, LO-10.

use signet::authentication::password::{Password, PasswordHash};
use signet::authentication::store_hash;
use signet::base::secret::Secret;

use super::evidence::{assert_page, codes, count, events, sessions};
use crate::app::{Browser, Reply, TestApp};
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};

/// LO-09: an empty post, the last step first, or a step of another flow is no sign-in: each step asks for its own
/// proof.
#[tokio::test]
async fn lo_09_no_step_can_be_skipped() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let shop = app.relying_party(&a_client("shop").third_party().create(&app).await);
    let browser = app.browser();
    let begun = browser.get(&shop.authorization_url(&[])).await;
    let request = begun.parameter("request").unwrap();
    for fields in [
        vec![],
        vec![("request", request.as_str())],
        vec![("request", request.as_str()), ("username", "ada")],
        vec![("request", request.as_str()), ("password", ada.password.as_str())],
        vec![
            ("request", request.as_str()),
            ("username", "ada"),
            ("password", ""),
        ],
        vec![("username", ""), ("password", "")],
        vec![("user_id", ada.id.as_str()), ("username", ""), ("password", "x")],
    ] {
        assert_page(&browser.post("/login", &fields).await, 400);
    }
    for path in ["/oauth2/continue", "/consent"] {
        let reply = browser.get(&format!("{path}?request={request}")).await;
        assert_eq!(reply.location().path(), "/login", "{path}");
    }
    let allow = [
        ("request", request.as_str()),
        ("decision", "allow"),
        ("user_id", ada.id.as_str()),
    ];
    let early = browser.post("/consent", &allow).await;
    assert_eq!(early.location().path(), "/login");
    assert_eq!((sessions(&app).await, codes(&app).await), (0, 0));
    assert_eq!(count(&app, "select count(*) from auth.consents").await, 0);
    assert_eq!(count(&app, "select count(*) from auth.login_attempts").await, 0);
}

/// LO-09: a word given in one flow or by one person is worth nothing in another.
#[tokio::test]
async fn lo_09_a_step_of_another_flow_or_person_is_worth_nothing() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let bob = a_person("bob").create(&app).await;
    let shop = app.relying_party(&a_client("shop").third_party().create(&app).await);
    let native = a_client("native")
        .public()
        .redirect_uri("http://127.0.0.1/callback")
        .create(&app)
        .await;
    let native = app.relying_party(&native);
    let browser = app.browser();
    let first = browser.get(&native.authorization_url(&[])).await;
    let second = browser.get(&native.authorization_url(&[])).await;
    browser.sign_in(&first, &ada).await;
    let of = |page: &Reply| page.parameter("request").unwrap();
    let allow = async |request: &str| browser.decide(request, "allow").await;
    allow(&of(&first)).await;
    let resumed = browser
        .get(&format!("/oauth2/continue?request={}", of(&second)))
        .await;
    assert_eq!(
        resumed.location().path(),
        "/consent",
        "the word was for the first"
    );
    let third = browser
        .get(&shop.authorization_url(&[("prompt", "consent")]))
        .await;
    allow(&of(&third)).await;
    let credentials = [
        ("username", bob.email.as_str()),
        ("password", bob.password.as_str()),
    ];
    browser.post("/login", &credentials).await;
    for request in [of(&first), of(&third)] {
        let resumed = browser.get(&format!("/oauth2/continue?request={request}")).await;
        assert_eq!(
            resumed.location().path(),
            "/consent",
            "the word was the other person's"
        );
    }
    assert_eq!(codes(&app).await, 0);
}

/// LO-09: the page that asked Ada is no page that asked Bob, who signed in in the same browser since: her form confirms
/// nothing, and he is shown his own. A form of another request says as little.
#[tokio::test]
async fn lo_09_a_consent_form_that_was_shown_to_somebody_else_confirms_nothing() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let bob = a_person("bob").create(&app).await;
    let shop = app.relying_party(&a_client("shop").third_party().create(&app).await);
    let browser = app.browser();
    let page = browser.get(&shop.authorization_url(&[])).await;
    let other = browser.get(&shop.authorization_url(&[])).await;
    browser.sign_in(&page, &ada).await;
    let request = page.parameter("request").unwrap();
    let adas = browser.shown_for(&request).await;
    let credentials = [
        ("username", bob.email.as_str()),
        ("password", bob.password.as_str()),
    ];
    browser.post("/login", &credentials).await;
    let others = browser.shown_for(&other.parameter("request").unwrap()).await;
    let edited = others.replace(['a', 'b', 'c'], "x");
    for shown_for in [
        adas.as_str(),
        others.as_str(),
        edited.as_str(),
        "",
        "1.",
        "1.AAAA",
    ] {
        let fields = [
            ("request", request.as_str()),
            ("shown_for", shown_for),
            ("decision", "allow"),
        ];
        let answered = browser.post("/consent", &fields).await;
        assert_eq!(answered.location().path(), "/consent", "{shown_for}");
        let shown = browser.get(answered.location().as_str()).await;
        assert!(shown.body.contains("Person bob"), "{}", shown.body);
    }
    assert_eq!(count(&app, "select count(*) from auth.consents").await, 0);
    assert_eq!((codes(&app).await, events(&app, "CONSENT_GRANTED").await), (0, 0));
    browser.decide(&request, "allow").await;
    let given = "select count(*) from auth.consents c join auth.users u on u.id = c.user_id where u.name = 'Person bob'";
    assert_eq!(count(&app, given).await, 1);
}

async fn attempt(browser: &Browser, username: &str, password: &str) -> u16 {
    browser
        .post("/login", &[("username", username), ("password", password)])
        .await
        .status
}

async fn with_password(app: &TestApp, name: &str, password: &str) -> TestPerson {
    let person = a_person(name).create(app).await;
    let chosen = Password::presented(&Secret::new(password.to_owned())).expect("a password");
    let hash = app
        .app
        .hasher()
        .hash(&chosen, &**app.app.entropy())
        .await
        .expect("a hash");
    let mut work = app.work().await;
    store_hash(&mut work, &person.id, &hash).await.expect("stored");
    work.commit().await.expect("committed");
    person
}

/// LO-10; ASVS 6.2.8: the whole password counts, up to its longest, in one Unicode form; nothing is cut off.
#[tokio::test]
async fn lo_10_the_whole_password_counts() {
    let app = TestApp::with(|config| config.limits.login_attempts = 100).await;
    let long = "xy".repeat(512);
    for (name, password, wrong) in [
        (
            "eight",
            "achtacht",
            vec![
                "achtach",
                "achtacht ",
                " achtacht",
                "Achtacht",
                "achtacht\u{200b}",
            ],
        ),
        (
            "long",
            long.as_str(),
            vec![&long[..1023], &long[..72], &long[..128]],
        ),
        (
            "accent",
            "caf\u{e9} noir noir",
            vec!["cafe noir noir", "CAF\u{c9} NOIR NOIR"],
        ),
        ("ligature", "\u{fb01}nancial plan", vec!["financial plan"]),
        ("spaces", "  two spaces  ", vec!["two spaces", " two spaces "]),
    ] {
        with_password(&app, name, password).await;
        for guess in wrong {
            assert_eq!(attempt(&app.browser(), name, guess).await, 401, "{name}");
        }
        assert_eq!(attempt(&app.browser(), name, password).await, 303, "{name}");
    }
    assert_eq!(
        attempt(&app.browser(), "accent", "cafe\u{301}\u{a0}noir noir").await,
        303
    );
}

/// LO-10: what is too long or holds a NUL is refused whole, at bounded cost.
#[tokio::test]
async fn lo_10_a_monstrous_password_is_refused_whole() {
    let app = TestApp::new().await;
    let ada = with_password(&app, "ada", "achtacht").await;
    let browser = app.browser();
    assert_eq!(attempt(&browser, "ada", &"achtacht".repeat(129)).await, 401);
    assert_eq!(attempt(&browser, "ada", "achtacht\0tail").await, 400);
    assert_eq!(attempt(&browser, "ada", &"x".repeat(1024 * 1024)).await, 413);
    assert_eq!(attempt(&browser, &"a".repeat(2000), "achtacht").await, 401);
    assert_eq!(events(&app, "LOGIN_FAILURE").await, 1);
    assert_eq!(attempt(&browser, &ada.email, "achtacht").await, 303);
}

/// LO-10: a stored hash that asks for gigabytes, hours or another algorithm is never computed: whoever has it is
/// refused like anybody.
#[tokio::test]
async fn lo_10_a_hostile_hash_is_never_computed() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let salt_and_hash = "c29tZXNhbHRzb21lc2FsdA$kdEoFn4KXYxTMsZqNBFoSOBRGQGG6PhIcLqCy8ZmcMQ";
    let mut admin = app.database.admin().await;
    for (number, hostile) in [
        format!("$argon2id$v=19$m=4194304,t=1,p=1${salt_and_hash}"),
        format!("$argon2id$v=19$m=64,t=1000000,p=1${salt_and_hash}"),
        format!("$argon2id$v=19$m=64,t=1,p=255${salt_and_hash}"),
        format!("$argon2i$v=19$m=64,t=1,p=1${salt_and_hash}"),
        format!("$argon2id$v=16$m=64,t=1,p=1${salt_and_hash}"),
        format!("$argon2id$v=19$m=64,t=1,p=1,x=1${salt_and_hash}"),
        "$2y$31$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned(),
        "plain text".to_owned(),
        String::new(),
    ]
    .into_iter()
    .enumerate()
    {
        assert!(PasswordHash::parse(&hostile).is_err(), "{hostile}");
        sqlx::query("update auth.passwords set hashed_password = $1 where user_id = $2")
            .bind(&hostile)
            .bind(ada.id.as_str())
            .execute(&mut admin)
            .await
            .unwrap();
        sqlx::query("delete from auth.login_attempts")
            .execute(&mut admin)
            .await
            .unwrap();
        assert_eq!(
            attempt(&app.browser(), "ada", &ada.password).await,
            401,
            "{number}"
        );
    }
    assert_eq!(sessions(&app).await, 0);
}
