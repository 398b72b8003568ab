//! AZ-04: an authorization request is answered once, however often its pages are sent.

use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::app::TestApp;
use crate::attack::evidence::{codes, count};
use crate::attack::holdings::ada;
use crate::fixtures::a_client;

/// AZ-04: the person presses Allow ten times at once; the client gets one code.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn az_04_a_double_submit_of_consent_gives_one_code() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").third_party().create(&app).await);
    let ada = ada(&app).await;
    let browser = Arc::new(app.browser());
    let login = browser.get(&relying_party.authorization_url(&[])).await;
    let after = browser.sign_in(&login, &ada).await;
    let consent = browser.get(after.location().as_str()).await;
    let request = consent
        .parameter("request")
        .expect("a request that waits for consent");
    let shown_for = browser.shown_for(&request).await;
    let start = Arc::new(Barrier::new(10));
    let mut racers = JoinSet::new();
    for _ in 0..10 {
        let (browser, request, start) = (Arc::clone(&browser), request.clone(), Arc::clone(&start));
        let shown_for = shown_for.clone();
        racers.spawn(async move {
            start.wait().await;
            let allow = [
                ("request", request.as_str()),
                ("shown_for", shown_for.as_str()),
                ("decision", "allow"),
            ];
            let reply = browser.post("/consent", &allow).await;
            browser.follow(reply).await
        });
    }
    let replies = racers.join_all().await;
    let code = replies[0].parameter("code");
    assert!(code.is_some(), "{}", replies[0].body);
    for reply in &replies {
        assert_eq!(
            reply.parameter("code"),
            code,
            "each of them comes to the client with the one code"
        );
    }
    assert_eq!(codes(&app).await, 1);
    assert_eq!(count(&app, "select count(*) from auth.consents").await, 1);
}

/// AZ-04: allow against deny: one answer, whichever it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn az_04_allow_and_deny_at_once_give_one_answer() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").third_party().create(&app).await);
    let ada = ada(&app).await;
    let browser = app.browser();
    let login = browser.get(&relying_party.authorization_url(&[])).await;
    let after = browser.sign_in(&login, &ada).await;
    let consent = browser.get(after.location().as_str()).await;
    let request = consent
        .parameter("request")
        .expect("a request that waits for consent");
    let shown_for = browser.shown_for(&request).await;
    let answer = |decision| {
        [
            ("request", request.as_str()),
            ("shown_for", shown_for.as_str()),
            ("decision", decision),
        ]
    };
    let (allow, deny) = (answer("allow"), answer("deny"));
    let (allowed, denied) = tokio::join!(
        async { browser.follow(browser.post("/consent", &allow).await).await },
        browser.post("/consent", &deny)
    );
    let answer = |reply: &crate::app::Reply| {
        reply.status == 303 && (reply.parameter("code").is_some() || reply.parameter("error").is_some())
    };
    assert!(answer(&allowed) || answer(&denied), "{allowed:?} {denied:?}");
    // Whoever refuses is told nothing but a refusal; whoever allows too late gets it as well.
    assert_eq!(denied.sent_on_with("code"), None);
    if answer(&denied) {
        assert_eq!(allowed.sent_on_with("code"), None);
    }
    assert!(codes(&app).await <= 1);
}
