//! A Transit engine that misbehaves (attacks VA-05): each way has its own sentence, every question ends in time, what is
//! held is held for its time and no longer, and nothing is sealed by another key instead.

use std::time::{Duration, Instant};

use signet::base::entropy::SystemEntropy;
use signet::config::SealingSettings;
use signet::sealing::data_key::{Provided, WrappedKey};
use signet::sealing::{Context, Keyring, SealingError, data_key, open, seal};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::desk::{
    FIRST, an_app, another, changed_to, follow, key_file, needs, of_lines, say, try_kek, try_say,
};
use crate::attack::evidence::count;
use crate::command_line::program::Signet;
use crate::fixtures::hook::a_hook;
use crate::fixtures::{a_client, a_person};

const DATA_KEY: &str = "u1wel6z7jYppBnqydT9TVdRGSe1aue4zfHUYpF6U28w=";
const WRAPPED: &str = "vault:v1:d3JhcHBlZA==";
const HOLD: Duration = Duration::from_mins(10);

const CONTEXT: Context<'_> = Context {
    table: "auth.secrets",
    column: "sealed",
    row: "row-1",
    owner: "server",
};

/// The configuration of a key `bao-1` at this engine, beside these lines.
pub fn at(address: &str, lines: &[&str]) -> SealingSettings {
    let mut sealing = if lines.is_empty() {
        SealingSettings::default()
    } else {
        of_lines(lines)
    };
    address.clone_into(&mut sealing.transit.address);
    sealing.transit.keys = vec!["bao-1:signet".to_owned()];
    sealing.transit.token_file = key_file(&["s.token"]);
    sealing.transit.timeout_ms = 200;
    sealing.transit.hold_seconds = HOLD.as_secs();
    sealing
}

/// An engine that answers as it should.
async fn sound() -> MockServer {
    let server = MockServer::start().await;
    for (question, data) in [
        (
            "datakey/plaintext",
            serde_json::json!({"plaintext": DATA_KEY, "ciphertext": WRAPPED}),
        ),
        ("decrypt", serde_json::json!({"plaintext": DATA_KEY})),
        ("rewrap", serde_json::json!({"ciphertext": "vault:v2:YW5ldw=="})),
    ] {
        let answer = ResponseTemplate::new(200).set_body_json(serde_json::json!({ "data": data }));
        Mock::given(method("POST"))
            .and(path(format!("/v1/transit/{question}/signet")))
            .respond_with(answer)
            .mount(&server)
            .await;
    }
    server
}

/// From now on it answers everything like this.
async fn answers(server: &MockServer, answer: ResponseTemplate) {
    server.reset().await;
    Mock::given(method("POST"))
        .respond_with(answer)
        .mount(server)
        .await;
}

fn error(status: u16, said: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(serde_json::json!({ "errors": [said] }))
}

fn stored() -> Vec<WrappedKey> {
    vec![WrappedKey {
        id: signet::base::id::DataKeyId::from_text("0198c0de-0000-7000-8000-000000000001"),
        kek_id: "bao-1".to_owned(),
        wrapped: WRAPPED.to_owned(),
    }]
}

fn problem(provided: &Provided) -> &str {
    let (kek_id, reason) = &provided.problems[0];
    assert_eq!(kek_id, "bao-1");
    reason
}

/// Each way in which Transit fails is told in its own words, and none of them takes longer than it may.
#[tokio::test]
async fn va_05_each_failure_of_transit_has_its_own_sentence() {
    let server = MockServer::start().await;
    let keyring = Keyring::load(&at(&server.uri(), &[])).expect("keys");
    let too_old = "ciphertext or signature version is disallowed by policy (too old)";
    for (answer, told) in [
        (
            error(400, "encryption key not found"),
            "refuses the key signet (400: encryption key not found)",
        ),
        (
            error(400, "cipher: message authentication failed"),
            "not the one that wrapped the data key",
        ),
        (error(400, too_old), "has no version of the key signet any more"),
        (error(403, "permission denied"), "update transit/decrypt/signet"),
        (error(404, "no handler for route"), "set sealing.transit.mount"),
        (
            error(503, "Vault is sealed"),
            "is sealed or not active (503: Vault is sealed): unseal it",
        ),
        (error(500, "a\nb\u{1b}[0m"), "with 500: a b [0m"),
        (
            ResponseTemplate::new(200).set_body_string("<html>"),
            "is not Transit",
        ),
        (
            ResponseTemplate::new(200).set_body_json(serde_json::json!({"data": {"plaintext": "AAAA"}})),
            "not base64 of 32 bytes",
        ),
        (
            ResponseTemplate::new(200).set_delay(Duration::from_mins(1)),
            "did not answer within 200 ms",
        ),
    ] {
        answers(&server, answer).await;
        let asked = Instant::now();
        let provided = data_key::provide(&keyring, &stored(), asked).await;
        assert!(problem(&provided).contains(told), "{}", problem(&provided));
        assert!(asked.elapsed() < Duration::from_secs(5));
        let refused = seal(&keyring, &CONTEXT, b"secret", &SystemEntropy).expect_err("no data key");
        assert!(refused.to_string().contains(told), "{refused}");
    }
    let away = Keyring::load(&at("http://127.0.0.1:9", &[])).expect("keys");
    let provided = data_key::provide(&away, &stored(), Instant::now()).await;
    assert!(problem(&provided).contains("cannot be reached at http://127.0.0.1:9"));
    let mut tokenless = at(&server.uri(), &[]);
    tokenless.transit.token_file = key_file(&[" "]);
    let tokenless = Keyring::load(&tokenless).expect("keys");
    let provided = data_key::provide(&tokenless, &stored(), Instant::now()).await;
    assert!(problem(&provided).contains("the token for Transit cannot be read from"));
}

/// A data key is asked for again after half of its time; while Transit is away it is held for the rest, and then it is
/// gone.
#[tokio::test]
async fn va_05_a_data_key_is_held_for_its_time_and_no_longer() {
    let server = sound().await;
    let keyring = Keyring::load(&at(&server.uri(), &[])).expect("keys");
    let begun = Instant::now();
    assert!(data_key::provide(&keyring, &stored(), begun).await.changed);
    let sealed = seal(&keyring, &CONTEXT, b"secret", &SystemEntropy).expect("sealed");
    assert_eq!((sealed.bytes[0], sealed.kek_id.as_str()), (2, "bao-1"));
    let opens = || open(&keyring, &CONTEXT, "bao-1", &sealed.bytes);
    answers(&server, error(503, "Vault is sealed")).await;
    let young = data_key::provide(&keyring, &stored(), begun + HOLD / 3).await;
    assert!(young.problems.is_empty(), "nobody was asked");
    let late = data_key::provide(&keyring, &stored(), begun + HOLD * 9 / 10).await;
    assert!(!late.changed && !late.problems.is_empty());
    opens().expect("it is held");
    let over = data_key::provide(&keyring, &stored(), begun + HOLD).await;
    assert!(over.changed);
    let refused = opens().expect_err("it was held for its time");
    assert!(matches!(&refused, SealingError::NoDataKey(_)), "{refused:?}");
    assert!(refused.to_string().contains("unseal it"), "{refused}");
}

/// VA-01 for envelopes under a data key: no byte can be changed, the id of the data key included.
#[tokio::test]
async fn va_01_no_byte_of_an_envelope_under_a_data_key_can_be_changed() {
    let server = sound().await;
    let keyring = Keyring::load(&at(&server.uri(), &[FIRST])).expect("keys");
    data_key::provide(&keyring, &stored(), Instant::now()).await;
    keyring.activate(Some("bao-1".to_owned()));
    let sealed = seal(&keyring, &CONTEXT, b"secret", &SystemEntropy).expect("sealed");
    for place in 0..sealed.bytes.len() {
        for bit in 0..8 {
            let mut altered = sealed.bytes.clone();
            altered[place] ^= 1 << bit;
            assert!(
                open(&keyring, &CONTEXT, "bao-1", &altered).is_err(),
                "{place} {bit}"
            );
        }
        assert!(open(&keyring, &CONTEXT, "bao-1", &sealed.bytes[..place]).is_err());
    }
    assert!(open(&keyring, &CONTEXT, "test-1", &sealed.bytes).is_err());
    let elsewhere = Context {
        row: "row-2",
        ..CONTEXT
    };
    assert!(open(&keyring, &elsewhere, "bao-1", &sealed.bytes).is_err());
}

/// From a file to Transit by the same commands; a server without the file starts, and what is wrapped anew opens as
/// before.
#[tokio::test]
async fn an_installation_moves_from_a_file_to_transit() {
    let server = sound().await;
    let app = an_app(&[FIRST]).await;
    let both = at(&server.uri(), &[FIRST]);
    let moving = another(&app, |config| config.sealing = both.clone()).await;
    let early = try_say(&moving, "activate bao-1").await.expect_err("not known");
    assert!(early.contains("`signet kek add bao-1` first"), "{early}");
    changed_to(&moving, "bao-1").await;
    let status = say(&moving, "status").await;
    assert_eq!(needs(&status), ["bao-1 auth.jwks", "bao-1 auth.server_secrets"]);
    let anew = "select count(*) from auth.data_keys where wrapped like 'vault:v2:%'";
    assert_eq!(
        count(&app, anew).await,
        1,
        "the re-key had it wrapped by the newest version"
    );
    say(&moving, "remove test-1").await;
    let alone = another(&app, |config| config.sealing = at(&server.uri(), &[])).await;
    assert!(alone.app.token_issuer().keys.current().unopened().is_empty());
    let only = try_kek(&moving, &at(&server.uri(), &[]), "status")
        .await
        .expect("a status");
    assert_eq!(only["problems"], serde_json::json!([]));
}

/// A server whose Transit is away serves for as long as its data key is held; then it refuses, although a file would
/// still be there to seal with, and it serves again once Transit is back.
#[tokio::test]
async fn va_05_a_server_fails_closed_once_its_data_key_is_over() {
    let server = sound().await;
    let app = an_app(&[FIRST]).await;
    let both = at(&server.uri(), &[FIRST]);
    let held = another(&app, |config| config.sealing = both.clone()).await;
    changed_to(&held, "bao-1").await;
    let service = held.relying_party_here(&a_client("worker").service().create(&held).await);
    let web = held.relying_party_here(&a_client("web").create(&held).await);
    let ada = a_person("ada").create(&held).await;
    let asks = async || service.token(&[("grant_type", "client_credentials")]).await;
    answers(&server, error(503, "Vault is sealed")).await;
    let now = Instant::now();
    held.app.provide_data_keys(now + HOLD / 2).await.expect("asked");
    assert_eq!(asks().await.status, 200);
    drop((web, ada));
    held.app.provide_data_keys(now + HOLD * 2).await.expect("asked");
    asks().await.assert_error(503, "temporarily_unavailable");
    let mut work = held.work().await;
    let settings = {
        let mut settings = signet::hook::Settings::new(
            "late",
            signet::hook::definition::Target::http(
                "https://hook.example.com/",
                signet::base::secret::Secret::new(crate::webhook::receiver::SECRET.to_owned()),
            )
            .expect("a target"),
        );
        settings.enabled = false;
        settings
    };
    let added = signet::hook::service::add(&mut work, held.app.keyring(), settings).await;
    assert!(added.is_err(), "nothing is sealed by the file instead");
    work.rollback().await.expect("rolled back");
    let status = try_kek(&held, &both, "status").await.expect("a status");
    assert!(status["problems"].to_string().contains("unseal it"), "{status}");
    server.reset().await;
    drop(server);
    let back = sound().await;
    let again = another(&app, |config| config.sealing = at(&back.uri(), &[FIRST])).await;
    follow(&again).await;
    a_hook("unused")
        .with(|settings| settings.enabled = false)
        .create(&again)
        .await;
    let service = again.relying_party_here(&service.client);
    assert_eq!(
        service
            .token(&[("grant_type", "client_credentials")])
            .await
            .status,
        200
    );
}

/// A server whose Transit is away when it starts says so, and does not start.
#[tokio::test]
async fn va_05_a_server_that_can_open_nothing_does_not_start() {
    let server = sound().await;
    let app = an_app(&[FIRST]).await;
    let moving = another(&app, |config| config.sealing = at(&server.uri(), &[FIRST])).await;
    changed_to(&moving, "bao-1").await;
    answers(&server, error(403, "permission denied")).await;
    let mut config = app.app.config().clone();
    config.sealing = at(&server.uri(), &[]);
    let refused = signet::app::App::build(config, signet::app::Injected::default()).await;
    let told = refused.err().expect("nothing opens").to_string();
    assert!(told.contains("bao-1"), "{told}");
    assert!(told.contains("Transit refuses the token"), "{told}");
    let (sealing, file) = (at(&server.uri(), &[]), key_file(&[FIRST]));
    let token = sealing.transit.token_file.to_str().expect("UTF-8");
    let doctor = Signet::on(&app.database)
        .with("SIGNET_SEALING__KEK_FILES", file.to_str().expect("UTF-8"))
        .with("SIGNET_SEALING__TRANSIT__ADDRESS", &server.uri())
        .with("SIGNET_SEALING__TRANSIT__KEYS", "bao-1:signet")
        .with("SIGNET_SEALING__TRANSIT__TOKEN_FILE", token);
    let doctor = doctor.run(&["doctor"]).await;
    assert!(doctor.output.contains("keks.wrapped"), "{doctor:?}");
}
