//! CA-05 and the bad input of `jwks_uri`: keys that a client publishes are fetched within bounds, seldom, and never from
//! inside; a server that misbehaves costs its own client only.

use std::time::Duration;

use serde_json::{Value, json};
use signet::config::ReachSetting;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::holdings::wait;
use crate::app::{RelyingParty, TestApp};
use crate::fixtures::a_client;
use crate::fixtures::assertion::{AssertionKey, an_ec_key, jwks, own_token};
use crate::support::captured_log::Captured;

/// A server of signet's and a client's key server, which stands on this machine.
struct Scene {
    app: TestApp,
    server: MockServer,
    hand: RelyingParty,
    used: std::cell::Cell<u32>,
}

impl Scene {
    async fn new() -> Self {
        Self::with(ReachSetting::Loopback).await
    }

    async fn with(reach: ReachSetting) -> Self {
        let app = TestApp::with(|config| config.clients.reach = reach).await;
        let server = MockServer::start().await;
        let uri = format!("{}/jwks?part=7", server.uri());
        let client = a_client("jobs").service().published_keys(&uri).create(&app).await;
        Self {
            hand: app.relying_party(&client),
            app,
            server,
            used: std::cell::Cell::new(0),
        }
    }

    /// From now on the key server answers so.
    async fn answers(&self, answer: ResponseTemplate) {
        self.server.reset().await;
        let mock = Mock::given(method("GET")).and(path("/jwks")).respond_with(answer);
        mock.mount(&self.server).await;
    }

    async fn publishes(&self, keys: &[&AssertionKey]) {
        self.answers(ResponseTemplate::new(200).set_body_json(jwks(keys)))
            .await;
    }

    /// How often the key server was asked since its answer was set.
    async fn asked(&self) -> usize {
        self.server.received_requests().await.expect("recorded").len()
    }

    /// Whether an assertion that was never used opens.
    async fn opens(&self, key: &AssertionKey) -> bool {
        self.used.set(self.used.get() + 1);
        let assertion = key.assertion(&self.app, "jobs", &self.used.get().to_string());
        let reply = own_token(&self.hand, &assertion).await;
        if reply.status != 200 {
            reply.assert_error(401, "invalid_client");
        }
        reply.status == 200
    }
}

/// RFC 7591 §2: published keys open, are kept for five minutes, and are asked for again when a key is new: at most twice
/// a minute, whoever asks for it.
#[tokio::test]
async fn published_keys_are_kept_and_asked_for_again_when_one_is_new() {
    let scene = Scene::new().await;
    let (old, new) = (an_ec_key("old"), an_ec_key("new"));
    scene.publishes(&[&old]).await;
    for _ in 0..3 {
        assert!(scene.opens(&old).await);
    }
    assert_eq!(scene.asked().await, 1);
    scene.publishes(&[&new]).await;
    assert!(!scene.opens(&new).await, "asked for less than half a minute ago");
    assert_eq!(scene.asked().await, 0);
    wait(&scene.app, 30);
    assert!(scene.opens(&new).await);
    for _ in 0..20 {
        assert!(!scene.opens(&old).await, "it was taken away");
    }
    assert_eq!(
        scene.asked().await,
        1,
        "a key that there is not asks nothing again so soon"
    );
    wait(&scene.app, 299);
    assert!(scene.opens(&new).await);
    scene.publishes(&[&old]).await;
    wait(&scene.app, 1);
    assert!(
        !scene.opens(&new).await,
        "a key that was taken away is dead after five minutes"
    );
    assert_eq!(scene.asked().await, 1);
}

/// A key that was replaced under its old name, or without any, opens as soon as a new name would.
#[tokio::test]
async fn a_key_that_was_replaced_under_its_old_name_is_asked_for() {
    let scene = Scene::new().await;
    let (old, new) = (an_ec_key("k1"), an_ec_key("k1"));
    scene.publishes(&[&old]).await;
    assert!(scene.opens(&old).await);
    scene.publishes(&[&new]).await;
    wait(&scene.app, 30);
    assert!(scene.opens(&new).await);
    for _ in 0..20 {
        assert!(!scene.opens(&old).await, "another key has its name");
    }
    assert_eq!(scene.asked().await, 1);
}

/// A fetch that fails takes nothing away before its time, and is not repeated for each who asks.
#[tokio::test]
async fn a_failing_key_server_leaves_what_was_fetched() {
    let scene = Scene::new().await;
    let (old, new) = (an_ec_key("old"), an_ec_key("new"));
    scene.publishes(&[&old]).await;
    assert!(scene.opens(&old).await);
    scene.answers(ResponseTemplate::new(500)).await;
    wait(&scene.app, 60);
    assert!(!scene.opens(&new).await && scene.opens(&old).await);
    assert_eq!(scene.asked().await, 1);
    wait(&scene.app, 240);
    for _ in 0..5 {
        assert!(!scene.opens(&old).await, "its time is over");
    }
    assert_eq!(scene.asked().await, 2);
    scene.publishes(&[&new]).await;
    wait(&scene.app, 30);
    assert!(scene.opens(&new).await);
}

/// Many who need the keys together cost one request.
#[tokio::test]
async fn many_at_once_cost_one_request() {
    let scene = Scene::new().await;
    let key = an_ec_key("k1");
    let slow = ResponseTemplate::new(200).set_body_json(jwks(&[&key]));
    scene.answers(slow.set_delay(Duration::from_millis(100))).await;
    let together = futures_util::future::join_all((0..20).map(|_| scene.opens(&key))).await;
    assert!(together.into_iter().all(|opened| opened));
    assert_eq!(scene.asked().await, 1);
}

/// The issue's bad input: each is a refusal for the client, and one line that names client, URL and reason, without
/// query and body, for whoever reads the log.
#[tokio::test]
async fn ca_05_a_bad_answer_of_the_key_server_is_refused_and_explained() {
    let key = an_ec_key("k1");
    let keys = jwks(&[&key]);
    let mut private = keys.clone();
    private["keys"][0]["d"] = "c2VjcmV0LW9mLXRoZS1jbGllbnQ".into();
    let many = json!({"keys": vec![key.public(); 21]});
    let weak = jwks(&[&crate::fixtures::assertion::an_rsa_key("k1", "RS256", 1024)]);
    let answer = |document: &Value| ResponseTemplate::new(200).set_body_json(document);
    let raw = |text: &str, media_type: &str| {
        ResponseTemplate::new(200).set_body_raw(text.as_bytes().to_vec(), media_type)
    };
    let inward = "http://169.254.169.254/latest/meta-data/";
    let twice = format!(r#"{{"keys":[],"keys":{}}}"#, keys["keys"]);
    for (bad, reason) in [
        (answer(&keys).insert_header("location", inward), ""),
        (
            ResponseTemplate::new(302).insert_header("location", inward),
            "it answered with status 302",
        ),
        (ResponseTemplate::new(404), "it answered with status 404"),
        (
            raw(&"x".repeat(10_000_000), "application/json"),
            "the answer is too large",
        ),
        (
            raw(&keys.to_string(), "text/html; charset=utf-8"),
            "another content type",
        ),
        (raw("no JSON", "application/json"), "no key set"),
        (raw(&twice, "application/json"), "no key set"),
        (answer(&json!([keys])), "no key set"),
        (answer(&json!({"keys": {}})), "no key set"),
        (answer(&json!({"keys": []})), "no key in it verifies"),
        (answer(&private), "key 1 has the member d"),
        (answer(&many), "at most 20 keys"),
        (answer(&weak), "an RSA key of 1024 bits"),
        (
            answer(&jwks(&[&an_ec_key("another")])),
            "the key set has no key for the token's kid and alg",
        ),
    ] {
        let scene = Scene::new().await;
        scene.answers(bad).await;
        let (log, guard) = Captured::start();
        let opened = scene.opens(&key).await;
        drop(guard);
        assert_eq!(opened, reason.is_empty(), "{reason}");
        assert_eq!(scene.asked().await, 1, "{reason}");
        let text = log.text();
        assert!(text.contains(reason), "{reason}: {text}");
        assert!(!text.contains("part=7") && !text.contains("c2VjcmV0"), "{text}");
        if !reason.is_empty() && !reason.starts_with("the key set") {
            assert!(text.contains(&format!("{}/jwks", scene.server.uri())), "{text}");
        }
    }
}

/// A key server that says nothing holds nobody up for longer than five seconds, holds no connection to the database, and
/// is then left alone.
#[tokio::test]
async fn ca_05_a_hanging_key_server_costs_its_own_client_only() {
    let scene = Scene::new().await;
    let key = an_ec_key("k1");
    let hangs = ResponseTemplate::new(200).set_delay(Duration::from_mins(1));
    scene.answers(hangs).await;
    let other = a_client("other").service().create(&scene.app).await;
    let other = scene.app.relying_party(&other);
    let began = std::time::Instant::now();
    let waiting = futures_util::future::join_all((0..20).map(|_| scene.opens(&key)));
    let served = async {
        let reply = other.token(&[("grant_type", "client_credentials")]).await;
        assert_eq!(reply.status, 200);
        for _ in 0..8 {
            scene
                .app
                .work()
                .await
                .commit()
                .await
                .expect("a connection is free");
        }
        began.elapsed()
    };
    let (opened, served) = tokio::join!(waiting, served);
    assert!(opened.into_iter().all(|opened| !opened));
    assert!(served < Duration::from_secs(4), "{served:?}");
    assert!(began.elapsed() < Duration::from_secs(9), "{:?}", began.elapsed());
    let began = std::time::Instant::now();
    assert!(!scene.opens(&key).await);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(scene.asked().await, 1);
}

/// BR-08: where only public addresses are open, no key server inside is asked.
#[tokio::test]
async fn ca_05_a_key_server_inside_is_not_asked() {
    let scene = Scene::with(ReachSetting::Public).await;
    let key = an_ec_key("k1");
    scene.publishes(&[&key]).await;
    let (log, guard) = Captured::start();
    assert!(!scene.opens(&key).await);
    drop(guard);
    assert_eq!(scene.asked().await, 0);
    assert!(
        log.text().contains("the address is not a public one"),
        "{}",
        log.text()
    );
}
