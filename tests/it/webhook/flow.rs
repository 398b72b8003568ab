//! HTTP hooks in real grants: what they are shown, and what becomes of a grant when they are not there (HK-04).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use signet::base::secret::Secret;
use signet::config::ReachSetting;
use signet::hook::breaker::Circuit;
use signet::hook::definition::{Mode, OnFailure, Settings, Target};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::receiver::{Listener, SECRET, header, is_believed, reply};
use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::evidence::count;
use crate::attack::holdings::{refreshed, text};
use crate::fixtures::{a_client, a_hook, a_person};

pub async fn app() -> TestApp {
    TestApp::with(|config| config.hooks.reach = ReachSetting::Loopback).await
}

/// Settings that reach a URL.
pub fn over_http(url: &str) -> impl FnOnce(&mut Settings) + use<> {
    let target = Target::http(url, Secret::new(SECRET.to_owned())).expect("a target");
    |settings| {
        settings.target = target;
        settings.timeout = Duration::from_secs(5);
    }
}

/// A server whose answer is this.
async fn answering(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

#[tokio::test]
async fn an_http_hook_adds_claims_and_is_shown_the_event() {
    let app = app().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let server = answering(ResponseTemplate::new(200).set_body_json(json!({"claims": {"desk": 7}}))).await;
    a_hook("desk").with(over_http(&server.uri())).create(&app).await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let said = claims(text(&tokens, "access_token"));
    assert_eq!(said["desk"], 7);
    refreshed(&relying_party, &tokens).await;
    let requests = server.received_requests().await.expect("recorded");
    let [exchange, refresh] = &requests[..] else {
        panic!("{} requests", requests.len());
    };
    let shown: Value = exchange.body_json().expect("an event");
    assert!(is_believed(SECRET, exchange) && is_believed(SECRET, refresh));
    assert_eq!(header(exchange, "webhook-id"), shown["metadata"]["uuid"]);
    assert_ne!(header(exchange, "webhook-id"), header(refresh, "webhook-id"));
    assert_eq!(shown["user_id"], ada.id.as_str());
    assert_eq!(shown["grant_type"], "authorization_code");
    assert_eq!(shown["claims"]["jti"], said["jti"]);
    let shown: Value = refresh.body_json().expect("an event");
    assert_eq!(shown["grant_type"], "refresh_token");
}

/// 204 says that nothing changes; a hook that is to say everything may not say so.
#[tokio::test]
async fn no_content_leaves_the_claims_of_membership() {
    let app = app().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let plain = relying_party.tokens(&app, &ada, &[]).await;
    let server = answering(ResponseTemplate::new(204)).await;
    let hook = over_http(&server.uri());
    a_hook("quiet").with(hook).create(&app).await;
    let tokens = refreshed(&relying_party, &plain).await;
    let [before, after] = [&plain, &tokens].map(|tokens| claims(text(tokens, "access_token")));
    assert_eq!(before["tier"], after["tier"]);
    a_hook("all")
        .with(over_http(&server.uri()))
        .with(|settings| settings.mode = Mode::Replace)
        .create(&app)
        .await;
    let refused = relying_party.refresh(text(&tokens, "refresh_token"), &[]).await;
    refused.assert_error(503, "temporarily_unavailable");
}

/// HK-04: nobody at home. The code survives, the hook is left alone after five failures, everything else goes on, and
/// one question finds out that it is back.
#[tokio::test]
async fn hk_04_a_hook_that_is_down_is_left_alone_and_found_again() {
    let app = app().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let service = app.relying_party(&a_client("jobs").service().create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let down = Arc::new(AtomicU32::new(1));
    let switch = Arc::clone(&down);
    let listener = Listener::start(move |_, stream| {
        let down = switch.load(Ordering::SeqCst);
        async move {
            if down == 0 {
                reply(
                    stream,
                    b"HTTP/1.1 503 Busy\r\nretry-after: 60\r\ncontent-length: 0\r\n\r\n",
                )
                .await;
            }
        }
    })
    .await;
    a_hook("down").with(over_http(&listener.url)).create(&app).await;
    let code = relying_party.code(&app, &ada, &[]).await;
    for _ in 0..5 {
        let refused = relying_party.exchange(&code).await;
        refused.assert_error(503, "temporarily_unavailable");
        assert!(!refused.header("retry-after").is_empty());
    }
    let asked = listener.connections();
    assert_eq!(asked, 15, "three attempts each");
    for _ in 0..3 {
        relying_party
            .exchange(&code)
            .await
            .assert_error(503, "temporarily_unavailable");
    }
    assert_eq!(listener.connections(), asked, "it is left alone");
    let hooks = &app.app.token_issuer().hooks;
    assert!(matches!(hooks.breaker().circuit("down"), Circuit::Open { .. }));
    let own = service.token(&[("grant_type", "client_credentials")]).await;
    assert_eq!(own.status, 200);
    let spent = "select count(*) from auth.oauth_authorization_codes where redeemed_at is not null";
    assert_eq!(count(&app, spent).await, 0);
    // Busy is no better than away: the one trial leaves the circuit open.
    down.store(0, Ordering::SeqCst);
    app.clock.advance(Duration::from_secs(20));
    for _ in 0..2 {
        relying_party
            .exchange(&code)
            .await
            .assert_error(503, "temporarily_unavailable");
    }
    assert_eq!(listener.connections(), asked + 1);
    let mended = answering(ResponseTemplate::new(204)).await;
    let mut work = app.work().await;
    let keyring = app.app.keyring();
    let mut hook = signet::hook::service::find(&mut work, keyring, "down")
        .await
        .expect("the hook");
    over_http(&mended.uri())(&mut hook.settings);
    signet::hook::service::change(&mut work, keyring, &hook)
        .await
        .expect("changed");
    work.commit().await.expect("committed");
    app.refresh_caches().await;
    app.clock.advance(Duration::from_secs(20));
    assert_eq!(relying_party.exchange(&code).await.status, 200);
    assert_eq!(hooks.breaker().circuit("down"), Circuit::Closed { failures: 0 });
}

/// HK-04: a hook that answers promptly, if badly, is asked each time: one person's data must not shut it out for all.
#[tokio::test]
async fn hk_04_prompt_failures_do_not_open_the_circuit() {
    let app = app().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let server = answering(ResponseTemplate::new(500)).await;
    a_hook("faulty")
        .with(over_http(&server.uri()))
        .with(|settings| settings.on_failure = OnFailure::BuiltIn)
        .create(&app)
        .await;
    let mut tokens = relying_party.tokens(&app, &ada, &[]).await;
    for _ in 0..7 {
        tokens = refreshed(&relying_party, &tokens).await;
    }
    assert_eq!(server.received_requests().await.expect("recorded").len(), 8);
}

/// HK-04, supabase#29073: a hook that calls back into us while it is asked finds us there, over our only connection.
#[tokio::test]
async fn hk_04_a_hook_may_call_back_into_us() {
    let app = TestApp::with(|config| {
        config.hooks.reach = ReachSetting::Loopback;
        config.database.pool_size = 1;
    })
    .await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let (userinfo, token) = (
        format!("{}/oauth2/userinfo", app.issuer),
        text(&tokens, "access_token").to_owned(),
    );
    let http = relying_party.http().clone();
    let listener = Listener::start(move |_, stream| {
        let asked = http.get(&userinfo).bearer_auth(&token).send();
        async move {
            let answer = asked.await.expect("an answer");
            assert_eq!(answer.status(), 200);
            reply(stream, b"HTTP/1.1 204 No Content\r\n\r\n").await;
        }
    })
    .await;
    a_hook("caller").with(over_http(&listener.url)).create(&app).await;
    refreshed(&relying_party, &tokens).await;
    assert_eq!(listener.connections(), 1);
}
