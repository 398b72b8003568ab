//! CA-03, CA-04, CA-05: assertions that clients sign (RFC 7523, RFC 8725, RFC 10070), used again, meant for somebody
//! else, or signed by somebody else.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::evidence::count;
use super::holdings::wait;
use crate::app::{RelyingParty, TestApp};
use crate::fixtures::a_client;
use crate::fixtures::assertion::{
    AssertionKey, JWT_BEARER, a_p384_key, an_ec_key, an_ed25519_key, an_rsa_key, ask, claims, encode, jwks,
    own_token,
};
use crate::fixtures::client::ClientBuilder;
use crate::race::together::{Replicas, all_at_once};

const USED: &str = "select count(*) from auth.client_assertions";

fn a_worker(id: &str, key: &AssertionKey) -> ClientBuilder {
    a_client(id).service().private_key_jwt(&jwks(&[key]))
}

/// A server, and a client with a key at it.
async fn scene() -> (TestApp, AssertionKey, RelyingParty) {
    let app = TestApp::new().await;
    let key = an_ec_key("k1");
    let client = a_worker("jobs", &key).create(&app).await;
    assert_eq!(client.secret, None, "who has a key has no secret");
    let hand = app.relying_party(&client);
    (app, key, hand)
}

/// Honest claims with one that is another, or none.
fn with(app: &TestApp, name: &str, value: Value) -> Value {
    let mut claims = claims(app, "jobs", "once");
    match value {
        Value::Null => drop(claims.as_object_mut().expect("an object").remove(name)),
        value => claims[name] = value,
    }
    claims
}

/// RFC 7523 §3, CA-03: an assertion opens once, also when 50 come together at three replicas, and stays used for a
/// process that starts later.
#[tokio::test]
async fn ca_03_an_assertion_opens_once() {
    let replicas = Replicas::new().await;
    let app = &replicas.first;
    let key = an_ec_key("k1");
    let client = a_worker("jobs", &key).create(app).await;
    let doors = replicas.doors(&client);
    for jti in ["first", "second"] {
        let assertion = key.assertion(app, "jobs", jti);
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", assertion.as_str()),
        ];
        let replies = all_at_once(&doors, 50, &fields).await;
        let opened = replies.iter().filter(|reply| reply.status == 200).count();
        assert_eq!(opened, 1);
        for refused in replies.iter().filter(|reply| reply.status != 200) {
            refused.assert_error(401, "invalid_client");
        }
        for door in &doors {
            own_token(door, &assertion)
                .await
                .assert_error(401, "invalid_client");
        }
        let later = app.replica().await;
        own_token(&later.relying_party_here(&client), &assertion)
            .await
            .assert_error(401, "invalid_client");
    }
    assert_eq!(count(app, USED).await, 2);
}

/// CA-03: a `jti` is the client's own; another may say the same. What has expired is forgotten, and no sooner.
#[tokio::test]
async fn ca_03_what_is_used_is_remembered_until_it_expires() {
    let (app, key, hand) = scene().await;
    let other_key = an_ec_key("k1");
    let other = app.relying_party(&a_worker("other", &other_key).create(&app).await);
    let assertion = key.assertion(&app, "jobs", "same");
    assert_eq!(own_token(&hand, &assertion).await.status, 200);
    let others = other_key.assertion(&app, "other", "same");
    assert_eq!(own_token(&other, &others).await.status, 200);
    for (seconds, kept) in [(59, 2), (1, 2), (60, 2), (540, 0)] {
        wait(&app, seconds);
        signet::jobs::cleanup::sweep(&app.app).await.unwrap();
        assert_eq!(count(&app, USED).await, kept);
        own_token(&hand, &assertion)
            .await
            .assert_error(401, "invalid_client");
    }
}

/// CA-03: what is refused uses nothing up, and what is accepted is used whatever becomes of the request.
#[tokio::test]
async fn ca_03_only_what_is_accepted_is_used_up() {
    let (app, key, hand) = scene().await;
    let bad = key.sign(
        &key.header(),
        &with(&app, "aud", json!("https://elsewhere.example")),
    );
    own_token(&hand, &bad).await.assert_error(401, "invalid_client");
    assert_eq!(count(&app, USED).await, 0);
    let good = key.assertion(&app, "jobs", "once");
    let refused = [("grant_type", "authorization_code"), ("code", "x")];
    ask(&hand, "/oauth2/token", &good, &refused)
        .await
        .assert_error(400, "unauthorized_client");
    own_token(&hand, &good).await.assert_error(401, "invalid_client");
}

/// RFC 10070, CA-04: our issuer as a text of its own is the only audience; the token endpoint is one for a client that
/// was registered so, and nothing else ever.
#[tokio::test]
async fn ca_04_an_assertion_is_for_us_alone() {
    let (app, key, hand) = scene().await;
    let lenient = a_worker("jobs-endpoint", &key)
        .with(|metadata| metadata.token_endpoint_as_audience = true)
        .create(&app)
        .await;
    let lenient = app.relying_party(&lenient);
    let (issuer, endpoint) = (app.issuer.clone(), format!("{}/oauth2/token", app.issuer));
    let wrong = [
        json!(format!("{issuer}/oauth2/par")),
        json!(format!("{issuer}/oauth2/introspect")),
        json!(format!("{issuer}/")),
        json!(issuer.to_uppercase()),
        json!([issuer]),
        json!([issuer, "https://elsewhere.example"]),
        json!([endpoint]),
        json!("https://elsewhere.example"),
        json!(""),
        json!(1),
        json!({"iss": issuer}),
        Value::Null,
    ];
    for audience in wrong.iter().chain([&json!(endpoint)]) {
        let assertion = key.sign(&key.header(), &with(&app, "aud", audience.clone()));
        own_token(&hand, &assertion)
            .await
            .assert_error(401, "invalid_client");
    }
    for (number, audience) in wrong.iter().chain([&json!(endpoint), &json!(issuer)]).enumerate() {
        let mut said = claims(&app, "jobs-endpoint", &number.to_string());
        said["aud"] = audience.clone();
        let reply = own_token(&lenient, &key.sign(&key.header(), &said)).await;
        let right = *audience == json!(endpoint) || *audience == json!(issuer);
        assert_eq!(reply.status, if right { 200 } else { 401 }, "{audience}");
    }
    assert_eq!(
        own_token(&hand, &key.assertion(&app, "jobs", "once"))
            .await
            .status,
        200
    );
}

/// RFC 7523 §3, CA-04: minutes, not days; ten seconds of another clock are forgiven, a minute is not.
#[tokio::test]
async fn ca_04_an_assertion_lives_for_minutes() {
    let (app, key, hand) = scene().await;
    let now = app.app.clock().now().timestamp();
    let refused = [
        ("exp", json!(now + 24 * 60 * 60)),
        ("exp", json!(now + 311)),
        ("exp", json!(now)),
        ("exp", json!(now - 1)),
        ("exp", json!((now + 60).to_string())),
        ("exp", json!(1e300)),
        ("exp", json!(-1e300)),
        ("exp", Value::Null),
        ("nbf", json!(now + 61)),
        ("nbf", json!(now + 11)),
        ("nbf", json!("soon")),
        ("iat", json!(now + 61)),
        ("iat", json!(now + 11)),
        ("iat", json!(1e300)),
    ];
    for (name, value) in refused {
        let assertion = key.sign(&key.header(), &with(&app, name, value.clone()));
        let reply = own_token(&hand, &assertion).await;
        assert_eq!(reply.status, 401, "{name}: {value}");
        reply.assert_error(401, "invalid_client");
    }
    let accepted = [
        ("exp", json!(now + 300)),
        ("exp", json!(now + 310)),
        ("exp", json!(now + 1)),
        ("nbf", json!(now + 10)),
        ("iat", json!(now + 10)),
        ("iat", json!(now - 3600)),
        ("iat", Value::Null),
    ];
    for (number, (name, value)) in accepted.into_iter().enumerate() {
        let mut said = with(&app, name, value.clone());
        said["jti"] = number.to_string().into();
        let reply = own_token(&hand, &key.sign(&key.header(), &said)).await;
        assert_eq!(reply.status, 200, "{name}: {value}: {}", reply.body);
    }
}

/// RFC 7523 §3, CA-04: from the client, about the client, and with an id that can be remembered.
#[tokio::test]
async fn ca_04_an_assertion_names_its_client_and_itself() {
    let (app, key, hand) = scene().await;
    a_worker("other", &key).create(&app).await;
    for (name, value) in [
        ("iss", json!("other")),
        ("iss", json!(app.issuer)),
        ("iss", Value::Null),
        ("sub", json!("other")),
        ("sub", json!("nobody")),
        ("sub", json!(["jobs"])),
        ("sub", Value::Null),
        ("jti", json!("")),
        ("jti", json!("x".repeat(257))),
        ("jti", json!(7)),
        ("jti", Value::Null),
    ] {
        let assertion = key.sign(&key.header(), &with(&app, name, value.clone()));
        let reply = own_token(&hand, &assertion).await;
        assert_eq!(reply.status, 401, "{name}: {value}: {}", reply.body);
        reply.assert_error(401, "invalid_client");
    }
    for (fields, status, code) in [
        (vec![("client_id", "other")], 401, "invalid_client"),
        (vec![("client_secret", "x")], 400, "invalid_request"),
    ] {
        let good = key.assertion(&app, "jobs", "kept");
        let fields = [fields, vec![("grant_type", "client_credentials")]].concat();
        ask(&hand, "/oauth2/token", &good, &fields)
            .await
            .assert_error(status, code);
    }
    let named = [("client_id", "jobs"), ("grant_type", "client_credentials")];
    let good = key.assertion(&app, "jobs", &"ä".repeat(256));
    assert_eq!(ask(&hand, "/oauth2/token", &good, &named).await.status, 200);
}

/// RFC 7521 §4.2, CA-05: the type of the assertion is one, and comes with it.
#[tokio::test]
async fn ca_05_another_type_of_assertion_is_refused() {
    let (app, key, hand) = scene().await;
    let good = key.assertion(&app, "jobs", "once");
    let saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    for (fields, status, code) in [
        (
            vec![
                ("client_assertion", good.as_str()),
                ("client_assertion_type", saml),
            ],
            401,
            "invalid_client",
        ),
        (
            vec![("client_assertion", good.as_str()), ("client_id", "jobs")],
            400,
            "invalid_request",
        ),
        (
            vec![("client_assertion_type", JWT_BEARER), ("client_id", "jobs")],
            400,
            "invalid_request",
        ),
        (vec![("client_id", "jobs")], 401, "invalid_client"),
        (
            vec![("client_id", "jobs"), ("client_secret", &good)],
            401,
            "invalid_client",
        ),
    ] {
        let body = [fields, vec![("grant_type", "client_credentials")]].concat();
        let request = hand.http().post(hand.url("/oauth2/token")).form(&body);
        crate::app::Reply::read(request.send().await.unwrap())
            .await
            .assert_error(status, code);
    }
    assert_eq!(own_token(&hand, &good).await.status, 200);
}

/// RFC 8725 §3.1, CA-05: the key says which algorithm; `none`, a symmetric one, and another than the registered one are
/// refused.
#[tokio::test]
async fn ca_05_the_key_decides_the_algorithm() {
    let app = TestApp::new().await;
    let key = an_rsa_key("k1", "RS256", 2048);
    let mut pss = key.clone();
    pss.algorithm = "PS256";
    let strict = a_worker("jobs", &key)
        .with(|metadata| {
            metadata.token_endpoint_auth_signing_alg =
                signet::protocol::algorithm::VerifiedAlgorithm::parse("PS256");
        })
        .create(&app)
        .await;
    let hand = app.relying_party(&strict);
    let said = claims(&app, "jobs", "once");
    let mut attempts = vec![key.sign(&key.header(), &said)];
    for algorithm in ["none", "None", "HS256", "RS384", "ES256", "PS512", "EdDSA", ""] {
        let header = json!({"alg": algorithm, "kid": "k1"});
        attempts.push(pss.sign(&header, &said));
        let unsigned = format!("{}.{}", encode(header.to_string()), encode(said.to_string()));
        attempts.push(format!("{unsigned}."));
        attempts.push(unsigned);
    }
    let pem = key.public_pem();
    let jwk = key.public().to_string().into_bytes();
    let modulus = key.public()["n"].as_str().unwrap().as_bytes().to_vec();
    for secret in [pem, jwk, modulus, Vec::new()] {
        let header = json!({"alg": "HS256", "kid": "k1"});
        let signed = format!("{}.{}", encode(header.to_string()), encode(said.to_string()));
        let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
        mac.update(signed.as_bytes());
        attempts.push(format!("{signed}.{}", encode(mac.finalize().into_bytes())));
    }
    for attempt in &attempts {
        let reply = own_token(&hand, attempt).await;
        assert_eq!(reply.status, 401, "{attempt}: {}", reply.body);
        reply.assert_error(401, "invalid_client");
    }
    assert_eq!(
        own_token(&hand, &pss.sign(&pss.header(), &said)).await.status,
        200
    );
}

/// RFC 8725 §3.10, CA-05: a key that the assertion brings along or points to is not looked at, and nothing is fetched;
/// neither is another client's, whatever its name.
#[tokio::test]
async fn ca_05_no_key_but_the_clients_own_counts() {
    let app = TestApp::with(|config| config.clients.reach = signet::config::ReachSetting::Loopback).await;
    let server = MockServer::start().await;
    let silent = Mock::given(any())
        .respond_with(ResponseTemplate::new(200))
        .expect(0);
    silent.mount(&server).await;
    let (key, foreign) = (an_ec_key("k1"), an_ec_key("k2"));
    let hand = app.relying_party(&a_worker("jobs", &key).create(&app).await);
    a_worker("other", &foreign).create(&app).await;
    let said = claims(&app, "jobs", "once");
    let honest = key.header();
    let mut attempts = vec![
        foreign.sign(&foreign.header(), &said),
        foreign.sign(&honest, &said),
        key.sign(&foreign.header(), &said),
    ];
    let uri = server.uri();
    for (name, value) in [
        ("jwk", foreign.public()),
        ("jku", json!(format!("{uri}/jwks"))),
        ("x5u", json!(format!("{uri}/certificate"))),
        ("x5c", json!(["MIIB"])),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("typ", json!("at+jwt")),
        ("typ", json!("oauth-authz-req+jwt")),
        ("kid", json!(7)),
        ("kid", json!("")),
        ("kid", json!("../../etc/passwd")),
    ] {
        let mut header = honest.clone();
        header[name] = value;
        attempts.push(key.sign(&header, &said));
        attempts.push(foreign.sign(&header, &said));
    }
    let good = key.assertion(&app, "jobs", "once");
    attempts.extend([
        "a.b.c".to_owned(),
        format!("{good}x"),
        format!("{good}="),
        good[..good.len() - 4].to_owned(),
        format!("{good}{}", "A".repeat(9000)),
    ]);
    for attempt in &attempts {
        for path in ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"] {
            let fields = [("grant_type", "client_credentials"), ("token", "x")];
            let reply = ask(&hand, path, attempt, &fields).await;
            assert_eq!(reply.status, 401, "{path}: {attempt}: {}", reply.body);
            reply.assert_error(401, "invalid_client");
        }
    }
    assert_eq!(own_token(&hand, &good).await.status, 200, "nothing was used up");
}

/// OpenID Connect Core §9: every algorithm that discovery lists opens, at every endpoint, with and without `kid` and
/// `typ`.
#[tokio::test]
async fn each_listed_algorithm_opens_every_endpoint() {
    let app = TestApp::new().await;
    let document = app
        .browser()
        .get("/.well-known/openid-configuration")
        .await
        .json();
    let keys = [
        an_rsa_key("a", "RS256", 2048),
        an_rsa_key("b", "PS256", 3072),
        an_ec_key("c"),
        a_p384_key("e"),
        an_ed25519_key("d"),
    ];
    let algorithms: Vec<_> = keys.iter().map(|key| key.algorithm).collect();
    for endpoint in ["token", "revocation", "introspection"] {
        let listed = &document[format!("{endpoint}_endpoint_auth_signing_alg_values_supported")];
        assert_eq!(*listed, json!(algorithms), "{endpoint}");
        let methods = document[format!("{endpoint}_endpoint_auth_methods_supported")]
            .as_array()
            .unwrap();
        assert!(methods.contains(&json!("private_key_jwt")), "{endpoint}");
    }
    let all: Vec<&AssertionKey> = keys.iter().collect();
    let client = a_client("jobs")
        .service()
        .private_key_jwt(&jwks(&all))
        .create(&app)
        .await;
    let hand = app.relying_party(&client);
    for key in &keys {
        let algorithm = key.algorithm;
        for (number, header) in [
            json!({"alg": algorithm}),
            json!({"alg": algorithm, "kid": key.kid}),
            json!({"alg": algorithm, "kid": key.kid, "typ": "client-authentication+jwt"}),
        ]
        .iter()
        .enumerate()
        {
            for path in ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"] {
                let said = claims(&app, "jobs", &format!("{algorithm} {number} {path}"));
                let fields = [("grant_type", "client_credentials"), ("token", "x")];
                let reply = ask(&hand, path, &key.sign(header, &said), &fields).await;
                assert_eq!(reply.status, 200, "{algorithm} {header} {path}: {}", reply.body);
            }
        }
    }
}
