//! DO-01: passwords cost memory and time, so few are checked at once, and nothing else waits for them.

use std::time::Duration;

use signet::authentication::password::{HashError, Password, PasswordHash};
use signet::base::secret::Secret;

use crate::app::TestApp;
use crate::fixtures::{a_client, a_person};

/// A stored hash that takes some seconds to check: what somebody imported.
const SLOW: &str = "$argon2id$v=19$m=262144,t=10,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

/// attacks.md DO-01: with all permits taken and a full queue, a login is 503 with Retry-After at once; it counts as no
/// failed attempt; keys, tokens and pages answer as ever; afterwards the same login succeeds.
#[tokio::test]
async fn do_01_logins_beyond_the_permits_are_turned_away_uncounted() {
    let app = TestApp::with(|config| {
        config.password.permits = 1;
        config.password.queue = 0;
        // One counted failure would lock the account.
        config.limits.login_attempts = 1;
    })
    .await;
    let person = a_person("ulla").create(&app).await;
    let client = a_client("web").create(&app).await;
    let worker = a_client("worker").service().create(&app).await;
    let (hand, worker) = (app.relying_party(&client), app.relying_party(&worker));
    let tokens = hand.tokens(&app, &person, &[]).await;
    let hasher = app.app.hasher().clone();
    let presented = Password::presented(&Secret::new("x".to_owned())).expect("a password");
    let stored = PasswordHash::parse(SLOW).expect("a hash");
    let busy = tokio::spawn({
        let (hasher, presented) = (hasher.clone(), presented.clone());
        // Whoever looks whether all permits are taken takes one for a moment.
        async move {
            loop {
                match hasher.verify(&presented, &stored).await {
                    Err(HashError::Busy) => tokio::task::yield_now().await,
                    checked => return checked,
                }
            }
        }
    });
    while hasher.verify_nothing(&presented).await != Err(HashError::Busy) {
        tokio::task::yield_now().await;
    }
    for password in [person.password.as_str(), "wrong", "wrong again"] {
        let fields = [("username", person.email.as_str()), ("password", password)];
        let reply = app.browser().post("/login", &fields).await;
        assert_eq!(reply.status, 503, "{}", reply.body);
        let seconds: u64 = reply.header("retry-after").parse().expect("seconds");
        assert!((1..=2).contains(&seconds), "{seconds}");
        assert_eq!(reply.headers.get("set-cookie"), None);
    }
    let unknown = [("username", "nobody@example.test"), ("password", "x")];
    assert_eq!(
        app.browser().post("/login", &unknown).await.status,
        503,
        "an unknown account waits as well"
    );
    assert_eq!(app.browser().get("/.well-known/jwks.json").await.status, 200);
    assert_eq!(app.browser().get("/login").await.status, 200);
    assert_eq!(
        worker.token(&[("grant_type", "client_credentials")]).await.status,
        200
    );
    let refresh = tokens["refresh_token"].as_str().expect("a token");
    assert_eq!(hand.refresh(refresh, &[]).await.status, 200);
    assert_eq!(
        hasher.verify_nothing(&presented).await,
        Err(HashError::Busy),
        "all that happened meanwhile"
    );
    busy.await.expect("it ends").expect("a verdict");
    let fields = [
        ("username", person.email.as_str()),
        ("password", person.password.as_str()),
    ];
    assert_eq!(app.browser().post("/login", &fields).await.status, 303);
}

/// attacks.md DO-05: logins whose callers hang up leak no permit.
#[tokio::test]
async fn do_05_callers_who_hang_up_leak_no_permit() {
    let app = TestApp::with(|config| {
        config.password.permits = 1;
        config.password.queue = 1;
    })
    .await;
    let person = a_person("vito").create(&app).await;
    let browser = app.browser();
    for index in 0..50 {
        let name = format!("nobody-{index}@example.test");
        let fields = [("username", name.as_str()), ("password", "x")];
        let hung_up = tokio::time::timeout(
            Duration::from_micros(200 * index),
            browser.post("/login", &fields),
        );
        let _ = hung_up.await;
    }
    let fields = [
        ("username", person.email.as_str()),
        ("password", person.password.as_str()),
    ];
    let signed_in = async {
        while app.browser().post("/login", &fields).await.status != 303 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), signed_in)
        .await
        .expect("the permit came back");
}
