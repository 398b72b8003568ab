//! Standard Webhooks 1.0.0: what a receiver is sent, and which targets there are.

use serde_json::json;
use signet::base::secret::Secret;
use signet::hook::transport::target::{HttpTarget, TargetError, new_secret};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::receiver::{AMPLE, EVENT, ID, OLD_SECRET, SECRET, ask, believes, header, is_believed, now};
use crate::support::entropy::SeededEntropy;
use signet::base::fetch::{Fetch, Reach};
use signet::hook::transport::http;

/// The example that the specification's own libraries test themselves with.
#[test]
fn the_signature_is_that_of_the_published_example() {
    let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
    let target = HttpTarget::new("https://hooks.example/", secret).expect("a target");
    let signature = target.sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        br#"{"test": 2432232314}"#,
    );
    assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

async fn answering() -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/hook"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"claims": {}})))
        .expect(1)
        .mount(&server)
        .await;
    server
}

/// "Webhook headers": the metadata, the body as it was signed, and nothing compressed.
#[tokio::test]
async fn a_hook_is_asked_by_a_signed_post() {
    let server = answering().await;
    let answer = ask(&format!("{}/hook", server.uri()), AMPLE).await;
    assert_eq!(answer.as_deref(), Ok(&br#"{"claims":{}}"#[..]));
    let requests = server.received_requests().await.expect("recorded");
    let request = &requests[0];
    assert_eq!(request.body, EVENT);
    assert_eq!(header(request, "webhook-id"), ID);
    assert_eq!(
        header(request, "webhook-timestamp"),
        now().timestamp().to_string()
    );
    assert_eq!(header(request, "content-type"), "application/json");
    assert_eq!(header(request, "accept-encoding"), "identity");
    assert!(is_believed(SECRET, request));
    assert!(!is_believed(OLD_SECRET, request));
}

/// "Webhook headers": while a secret is changed, receivers with either one believe.
#[tokio::test]
async fn each_of_several_secrets_signs() {
    let server = answering().await;
    let secrets = Secret::new(format!(" {SECRET}  v1,{OLD_SECRET}\n"));
    let target = HttpTarget::new(&format!("{}/hook", server.uri()), secrets).expect("a target");
    let fetch = Fetch::new(Reach::PublicAndLoopback);
    let answer = http::ask(&fetch, &target, ID, EVENT, now(), AMPLE).await;
    assert!(answer.is_ok(), "{answer:?}");
    let requests = server.received_requests().await.expect("recorded");
    assert_eq!(header(&requests[0], "webhook-signature").split(' ').count(), 2);
    assert!(is_believed(SECRET, &requests[0]));
    assert!(is_believed(OLD_SECRET, &requests[0]));
}

/// Nothing that is signed can be changed, nor moved over the border to its neighbour.
#[test]
fn a_signature_covers_id_time_and_body() {
    let secret = Secret::new(SECRET.to_owned());
    let target = HttpTarget::new("https://hooks.example/", secret).expect("a target");
    let signature = target.sign("msg_01", 1_800_000_000, b"{}");
    assert!(believes(SECRET, "msg_01", "1800000000", b"{}", &signature));
    for (id, timestamp, body) in [
        ("msg_02", "1800000000", &b"{}"[..]),
        ("msg_01", "1800000001", b"{}"),
        ("msg_01", "1800000000", b"{} "),
    ] {
        assert!(!believes(SECRET, id, timestamp, body, &signature));
    }
}

/// Features 4a: an unsigned hook is none; claims travel encrypted; the URL holds no password.
#[test]
fn a_target_without_secret_or_encryption_is_refused() {
    let url = "https://hooks.example/claims?tenant=1";
    let short = "whsec_YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=";
    let long = format!("whsec_{}", "YWFh".repeat(22));
    let many = [SECRET; 5].join(" ");
    for (secrets, error) in [
        ("", TargetError::NoSecret),
        (" \t ", TargetError::NoSecret),
        ("secret", TargetError::MalformedSecret),
        ("whsec_", TargetError::MalformedSecret),
        ("whsec_%%%%", TargetError::MalformedSecret),
        (short, TargetError::MalformedSecret),
        (&long, TargetError::MalformedSecret),
        (
            "whsk_YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=",
            TargetError::MalformedSecret,
        ),
        (&many, TargetError::TooManySecrets),
    ] {
        let refused = HttpTarget::new(url, Secret::new(secrets.to_owned()));
        assert_eq!(refused.err(), Some(error), "{secrets}");
    }
    for (url, error) in [
        ("hooks.example", TargetError::NotAUrl),
        ("/claims", TargetError::NotAUrl),
        ("data:text/plain,x", TargetError::NotAUrl),
        ("http://hooks.example/", TargetError::NotHttps),
        ("http://10.0.0.1/", TargetError::NotHttps),
        ("http://localhost.example/", TargetError::NotHttps),
        ("ftp://hooks.example/", TargetError::NotHttps),
        ("https://a@hooks.example/", TargetError::Credentials),
        ("https://:b@hooks.example/", TargetError::Credentials),
        ("https://hooks.example/#part", TargetError::Fragment),
    ] {
        let refused = HttpTarget::new(url, Secret::new(SECRET.to_owned()));
        assert_eq!(refused.err(), Some(error), "{url}");
    }
    for url in ["http://127.0.0.1:9/", "http://[::1]/", "http://localhost/"] {
        assert!(
            HttpTarget::new(url, Secret::new(SECRET.to_owned())).is_ok(),
            "{url}"
        );
    }
}

/// A new secret is accepted, differs from the last, and shows itself to nobody.
#[test]
fn a_new_secret_is_one_and_stays_hidden() {
    let entropy = SeededEntropy::new(7);
    let (first, second) = (new_secret(&entropy), new_secret(&entropy));
    assert!(first != second);
    let url = "https://hooks.example/token-in-path?key=token-in-query";
    let target = HttpTarget::new(url, first.clone()).expect("a target");
    let shown = format!("{target:?} {first:?}");
    for hidden in ["whsec_", "token-in"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}
