//! JW-04: what the key set and the discovery document say is what is there, and all of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use signet::protocol::algorithm::Algorithm;

use crate::app::{Browser, Reply, TestApp};
use crate::fixtures::{a_client, a_person};
use crate::support::clock::ManualClock;
use crate::support::database::TestDatabase;

fn texts(value: &Value) -> BTreeSet<&str> {
    let list = value.as_array().expect("a list");
    list.iter().map(|text| text.as_str().expect("text")).collect()
}

/// attacks.md JW-04; RFC 7517 §4, §9.2: name, algorithm and use always, nothing private, no name twice.
#[tokio::test]
async fn jw_04_every_published_key_is_named_and_public() {
    let app = TestApp::new().await;
    let reply = app.browser().get("/.well-known/jwks.json").await;
    assert_eq!(reply.status, 200);
    let caching = "public, max-age=300, stale-while-revalidate=60";
    assert_eq!(reply.header("cache-control"), caching);
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    let document = reply.json();
    let keys = document["keys"].as_array().expect("keys");
    let mut names = BTreeSet::new();
    for key in keys {
        let key = key.as_object().expect("a key");
        let allowed: &[&str] = match key["alg"].as_str() {
            Some("RS256") => &["kty", "kid", "alg", "use", "n", "e"],
            Some("ES256") => &["kty", "kid", "alg", "use", "crv", "x", "y"],
            Some("EdDSA") => &["kty", "kid", "alg", "use", "crv", "x"],
            other => panic!("algorithm {other:?}"),
        };
        assert!(key.keys().all(|name| allowed.contains(&name.as_str())), "{key:?}");
        assert_eq!(key.len(), allowed.len(), "{key:?}");
        assert_eq!(key["use"], "sig");
        assert!(names.insert(key["kid"].as_str().expect("a name").to_owned()));
    }
    let metadata = app
        .browser()
        .get("/.well-known/openid-configuration")
        .await
        .json();
    let present: BTreeSet<&str> = keys
        .iter()
        .map(|key| key["alg"].as_str().expect("text"))
        .collect();
    assert_eq!(texts(&metadata["id_token_signing_alg_values_supported"]), present);
    assert_eq!(
        metadata["jwks_uri"],
        format!("{}/.well-known/jwks.json", app.issuer)
    );
}

/// attacks.md JW-04: each algorithm that is on has keys and is named; what is only published has keys, signs nothing and
/// is not named, and what it signed before is read.
#[tokio::test]
async fn jw_04_what_signs_is_named_and_what_is_only_published_is_not() {
    let database = TestDatabase::new().await;
    let clock = Arc::new(ManualClock::new());
    let before = TestApp::on(database.again(), Arc::clone(&clock), |config| {
        config.signing.algorithms = Algorithm::ALL.to_vec();
    });
    let before = before.await;
    let all = BTreeSet::from(["RS256", "PS256", "ES256", "ES384", "EdDSA"].map(str::to_owned));
    assert_eq!(published_and_named(&before).await, (all.clone(), all.clone()));
    let service = a_client("jobs").service().may_introspect();
    let service = service.algorithms(Algorithm::RS256, Algorithm::ES384);
    let service = service.create(&before).await;
    let grant = [("grant_type", "client_credentials")];
    let token = before.relying_party(&service).token(&grant).await.json();
    let token = token["access_token"].as_str().expect("a token");
    let after = TestApp::on(database, clock, |config| {
        config.issuer.clone_from(&before.issuer);
        config.signing.algorithms.retain(|one| *one != Algorithm::EdDsa);
        config.signing.also_published = vec![Algorithm::PS256, Algorithm::ES384, Algorithm::EdDsa];
    });
    let after = after.await;
    let signing = BTreeSet::from(["RS256", "ES256"].map(str::to_owned));
    assert_eq!(published_and_named(&after).await, (all, signing));
    let hand = after.relying_party_here(&service);
    assert_eq!(hand.introspect(token).await["active"], true);
    let reply = hand.token(&grant).await;
    assert_eq!(
        reply.status, 503,
        "it is registered with ES384, which does not sign"
    );
}

/// The algorithms of published keys, and those that discovery names for ID tokens.
async fn published_and_named(app: &TestApp) -> (BTreeSet<String>, BTreeSet<String>) {
    let browser = Browser::new(&app.address);
    let keys = browser.get("/.well-known/jwks.json").await.json();
    let keys = keys["keys"].as_array().expect("keys").clone();
    let published = keys
        .iter()
        .map(|key| key["alg"].as_str().expect("text").to_owned());
    let metadata = browser.get("/.well-known/openid-configuration").await.json();
    let named = texts(&metadata["id_token_signing_alg_values_supported"]);
    (
        published.collect(),
        named.into_iter().map(str::to_owned).collect(),
    )
}

/// The document's tag saves sending it again (RFC 9110 §13.1.2).
#[tokio::test]
async fn jw_04_an_unchanged_key_set_is_not_sent_again() {
    let app = TestApp::new().await;
    let first = app.browser().get("/.well-known/jwks.json").await;
    let tag = first.header("etag").to_owned();
    // A proxy that compresses makes the tag weak; a cache that holds several names them all.
    for known in [
        tag.clone(),
        format!("W/{tag}"),
        format!("\"another\", W/{tag}"),
        "*".to_owned(),
    ] {
        let again = app
            .browser()
            .get_with("/.well-known/jwks.json", &[("if-none-match", &known)])
            .await;
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{known}");
        assert_eq!(again.header("etag"), tag);
        assert_eq!(again.header("cache-control"), first.header("cache-control"));
    }
    let another = app
        .browser()
        .get_with("/.well-known/jwks.json", &[("if-none-match", "W/\"another\"")])
        .await;
    assert_eq!((another.status, another.body), (200, first.body));
}

/// attacks.md JW-04; Discovery §3, RFC 8414 §2: each endpoint that is listed answers, in its own way; both documents are
/// one; what we do not serve is not mentioned.
#[tokio::test]
async fn jw_04_every_listed_endpoint_answers() {
    let app = TestApp::new().await;
    let reply = app.browser().get("/.well-known/openid-configuration").await;
    assert_eq!(reply.header("content-type"), "application/json");
    let metadata = reply.json();
    let twin = app.browser().get("/.well-known/oauth-authorization-server").await;
    assert_eq!(twin.json(), metadata);
    assert_eq!(metadata["issuer"], app.issuer);
    let listed: BTreeSet<&str> = metadata
        .as_object()
        .expect("members")
        .keys()
        .map(String::as_str)
        .filter(|name| name.ends_with("_endpoint") || name.ends_with("_uri") || name.ends_with("_iframe"))
        .collect();
    let served = [
        "authorization_endpoint",
        "end_session_endpoint",
        "introspection_endpoint",
        "jwks_uri",
        "revocation_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
    ];
    assert_eq!(listed, BTreeSet::from(served));
    let url = |name: &str| metadata[name].as_str().expect("a URL").to_owned();
    let client = a_client("web").create(&app).await;
    let hand = app.relying_party(&client);
    for name in served {
        let location = url(name);
        assert!(location.starts_with(&format!("{}/", app.issuer)), "{location}");
        let path = location.trim_start_matches(app.issuer.as_str()).to_owned();
        let (reply, expected) = match name {
            "token_endpoint" | "introspection_endpoint" => (hand.post(&path, &[]).await, 400),
            "revocation_endpoint" => (hand.post(&path, &[("token", "unknown")]).await, 200),
            "userinfo_endpoint" => (app.browser().get(&path).await, 401),
            "authorization_endpoint" => (app.browser().get(&path).await, 400),
            "end_session_endpoint" => (app.browser().get(&path).await, 303),
            _ => (app.browser().get(&path).await, 200),
        };
        assert_eq!(reply.status, expected, "{name}: {}", reply.body);
    }
    for absent in [
        "registration_endpoint",
        "device_authorization_endpoint",
        "pushed_authorization_request_endpoint",
        "check_session_iframe",
        "dpop_signing_alg_values_supported",
        "request_object_signing_alg_values_supported",
    ] {
        assert_eq!(metadata.get(absent), None, "{absent}");
    }
}

/// What discovery lists of grants, methods, scopes and modes is accepted; what it does not list is refused.
#[tokio::test]
async fn jw_04_what_is_listed_is_what_works() {
    let app = TestApp::new().await;
    let person = a_person("ole").create(&app).await;
    let metadata = app
        .browser()
        .get("/.well-known/openid-configuration")
        .await
        .json();
    assert_eq!(
        texts(&metadata["grant_types_supported"]),
        BTreeSet::from(["authorization_code", "client_credentials", "refresh_token"])
    );
    let client = a_client("web").with(|metadata| {
        metadata.scope = std::mem::take(&mut metadata.scope).with(["groups", "roles"]);
    });
    let client = client.create(&app).await;
    let hand = app.relying_party(&client);
    for grant in [
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:device_code",
    ] {
        let reply = hand.token(&[("grant_type", grant)]).await;
        reply.assert_error(400, "unsupported_grant_type");
    }
    for mode in texts(&metadata["response_modes_supported"]) {
        let reply = hand
            .authorize(&app.browser(), &person, &[("response_mode", mode)])
            .await;
        assert!(
            carries_code(&reply, mode),
            "{mode}: {} {}",
            reply.status,
            reply.body
        );
    }
    let scopes: Vec<&str> = texts(&metadata["scopes_supported"]).into_iter().collect();
    let tokens = hand
        .tokens(
            &app,
            &person,
            &[("scope", &scopes.join(" ")), ("prompt", "consent")],
        )
        .await;
    let granted: BTreeSet<&str> = tokens["scope"].as_str().expect("a scope").split(' ').collect();
    assert_eq!(granted, scopes.into_iter().collect());
    assert_eq!(
        texts(&metadata["response_types_supported"]),
        BTreeSet::from(["code"])
    );
    assert_eq!(
        texts(&metadata["code_challenge_methods_supported"]),
        BTreeSet::from(["S256"])
    );
}

fn carries_code(reply: &Reply, mode: &str) -> bool {
    match mode {
        "query" => reply.parameter("code").is_some(),
        "form_post" => reply.status == 200 && reply.body.contains("name=\"code\""),
        _ => false,
    }
}
