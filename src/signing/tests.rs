//! What each status may do, and what the JWKS shows.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::error::VerificationError;
use super::key_set::{KeySet, KeyStatus};
use super::server_key::{Purpose, ServerKeys};
use crate::config::SigningSettings;
use crate::jose::{JwsError, PrivateJwk, UnverifiedJws};
use crate::protocol::algorithm::{Algorithm, RsaBits};

fn server_keys() -> ServerKeys {
    ServerKeys::new(Purpose::ALL.map(|purpose| (purpose, 1, Zeroizing::new([1; 32]))))
}

fn key(algorithm: Algorithm) -> PrivateJwk {
    PrivateJwk::generate(algorithm, RsaBits::default()).unwrap()
}

fn again(key: &PrivateJwk) -> PrivateJwk {
    PrivateJwk::from_json(&key.to_json().unwrap()).unwrap()
}

fn of(keys: Vec<(KeyStatus, PrivateJwk)>, offered: &[Algorithm]) -> KeySet {
    let keys = keys
        .into_iter()
        .map(|(status, key)| (status, key.into()))
        .collect();
    let offered = SigningSettings {
        algorithms: offered.to_vec(),
        ..SigningSettings::default()
    };
    KeySet::new(keys, server_keys(), Vec::new(), &offered).unwrap()
}

fn set(keys: Vec<(KeyStatus, PrivateJwk)>) -> KeySet {
    of(keys, &Algorithm::ALL)
}

/// JW-04: every JWK names kid, alg and use, and none has a private member.
#[test]
fn the_jwks_shows_public_members_only() {
    let set = set(Algorithm::ALL
        .map(|algorithm| (KeyStatus::Active, key(algorithm)))
        .into());
    let document: Value = serde_json::from_str(set.jwks()).unwrap();
    assert_eq!(document["keys"].as_array().unwrap().len(), Algorithm::ALL.len());
    for jwk in document["keys"].as_array().unwrap() {
        let mut names: Vec<&str> = jwk.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        let expected: &[&str] = match jwk["kty"].as_str().unwrap() {
            "RSA" => &["alg", "e", "kid", "kty", "n", "use"],
            "EC" => &["alg", "crv", "kid", "kty", "use", "x", "y"],
            _ => &["alg", "crv", "kid", "kty", "use", "x"],
        };
        assert_eq!(names, expected);
        assert_eq!(jwk["use"], "sig");
    }
    assert_eq!(set.algorithms(), Algorithm::ALL);
    assert!(set.jwks_etag().starts_with('"') && set.jwks_etag().ends_with('"'));
}

/// What is left out signs nothing, is not published, and leaves nothing missing; what it signed before is read.
#[test]
fn an_algorithm_that_is_not_offered_only_reads() {
    let keys: Vec<(KeyStatus, PrivateJwk)> = Algorithm::ALL
        .map(|algorithm| (KeyStatus::Active, key(algorithm)))
        .into();
    let same = keys.iter().map(|(status, key)| (*status, again(key))).collect();
    let before = set(keys);
    let token = before.sign(Algorithm::EdDsa, "JWT", &json!({"a": 1})).unwrap();
    let offered = [Algorithm::RS256, Algorithm::ES256];
    let after = of(same, &offered);
    assert_eq!(after.algorithms(), offered);
    assert!(after.is_complete());
    assert!(!after.jwks().contains("OKP"));
    assert!(after.sign(Algorithm::EdDsa, "JWT", &json!({})).is_err());
    assert_eq!(after.verify(&token, "JWT").unwrap()["a"], 1);
}

#[test]
fn the_document_does_not_depend_on_the_order_of_rows() {
    let keys: Vec<PrivateJwk> = vec![
        key(Algorithm::ES256),
        key(Algorithm::EdDsa),
        key(Algorithm::ES256),
    ];
    let statuses = [KeyStatus::Active, KeyStatus::Active, KeyStatus::Next];
    let pairs = || statuses.into_iter().zip(keys.iter().map(again));
    let forward = set(pairs().collect());
    let mut turned: Vec<_> = pairs().collect();
    turned.reverse();
    let backward = set(turned);
    assert_eq!(forward.jwks(), backward.jwks());
    assert_eq!(forward.jwks_etag(), backward.jwks_etag());
    let fewer = set(pairs().take(2).collect());
    assert_ne!(forward.jwks_etag(), fewer.jwks_etag());
}

#[test]
fn each_status_does_what_it_may() {
    let ours = key(Algorithm::ES256);
    let active = set(vec![(KeyStatus::Active, again(&ours))]);
    let access = active
        .sign(Algorithm::ES256, "at+jwt", &json!({ "sub": "a" }))
        .unwrap();
    let id = active
        .sign(Algorithm::ES256, "JWT", &json!({ "sub": "a" }))
        .unwrap();
    for (status, current) in [
        (KeyStatus::Active, true),
        (KeyStatus::Next, true),
        (KeyStatus::Retiring, true),
        (KeyStatus::Retired, false),
    ] {
        let set = set(vec![(status, again(&ours))]);
        assert_eq!(set.verify(&access, "at+jwt").is_ok(), current, "{status:?}");
        assert_eq!(set.verify(&id, "JWT").is_ok(), current, "{status:?}");
        assert!(set.verify_hint(&id, "JWT").is_ok(), "{status:?}");
        assert_eq!(set.jwks().contains(ours.public().key_id().as_str()), current);
        let signs = set.sign(Algorithm::ES256, "JWT", &json!({})).is_ok();
        assert_eq!(signs, status == KeyStatus::Active);
        assert_eq!(set.algorithms().len(), usize::from(signs));
    }
    let revoked = set(Vec::new());
    assert_eq!(
        revoked.verify(&access, "at+jwt"),
        Err(VerificationError::UnknownKey)
    );
    assert_eq!(
        revoked.verify_hint(&id, "JWT"),
        Err(VerificationError::UnknownKey)
    );
}

/// JW-02, and JW-03's key of another algorithm.
#[test]
fn a_token_of_another_type_or_key_is_refused() {
    let set = set(vec![
        (KeyStatus::Active, key(Algorithm::ES256)),
        (KeyStatus::Active, key(Algorithm::EdDsa)),
    ]);
    let claims = json!({ "sub": "a" });
    let access = set.sign(Algorithm::ES256, "at+jwt", &claims).unwrap();
    let id = set.sign(Algorithm::ES256, "JWT", &claims).unwrap();
    let logout = set.sign(Algorithm::ES256, "logout+jwt", &claims).unwrap();
    assert!(set.verify(&access, "at+jwt").is_ok());
    assert_eq!(set.verify(&id, "at+jwt"), Err(VerificationError::Type));
    assert_eq!(set.verify(&logout, "at+jwt"), Err(VerificationError::Type));
    assert_eq!(set.verify_hint(&access, "JWT"), Err(VerificationError::Type));
    assert_eq!(set.verify_hint(&logout, "JWT"), Err(VerificationError::Type));

    let other = set.sign(Algorithm::EdDsa, "at+jwt", &claims).unwrap();
    let kid = |token: &str| {
        let header = UnverifiedJws::parse(token).unwrap().header().clone();
        header.key_id().clone()
    };
    let header = json!({ "alg": "ES256", "kid": kid(&other), "typ": "at+jwt" }).to_string();
    let (_, rest) = access.split_once('.').unwrap();
    let crossed = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header));
    let refused = Err(VerificationError::Jws(JwsError::Algorithm));
    assert_eq!(set.verify(&crossed, "at+jwt"), refused);
}

/// What is remembered is one text of one type: nothing else is answered from memory.
#[test]
fn a_verified_token_is_remembered_as_it_was() {
    let ours = key(Algorithm::ES256);
    let keys = set(vec![(KeyStatus::Active, again(&ours))]);
    let claims = json!({ "sub": "a", "exp": 1 });
    let token = keys.sign(Algorithm::ES256, "at+jwt", &claims).unwrap();
    let first = keys.verify(&token, "at+jwt").unwrap();
    assert_eq!(Value::Object((*first).clone()), claims);
    let second = keys.verify(&token, "at+jwt").unwrap();
    assert!(Arc::ptr_eq(&first, &second), "not verified twice");
    assert_eq!(keys.verify(&token, "JWT"), Err(VerificationError::Type));
    for index in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(keys.verify(&changed, "at+jwt").is_err(), "byte {index}");
    }
    // A revoked key takes its memory along: another set has none.
    let revoked = set(vec![(KeyStatus::Active, key(Algorithm::ES256))]);
    assert_eq!(
        revoked.verify(&token, "at+jwt"),
        Err(VerificationError::UnknownKey)
    );
}

#[test]
fn a_token_that_is_refused_or_very_long_is_not_remembered() {
    let keys = set(vec![(KeyStatus::Active, key(Algorithm::ES256))]);
    let long = json!({ "sub": "a".repeat(4096) });
    let token = keys.sign(Algorithm::ES256, "at+jwt", &long).unwrap();
    let first = keys.verify(&token, "at+jwt").unwrap();
    let second = keys.verify(&token, "at+jwt").unwrap();
    assert_eq!(first, second);
    assert!(!Arc::ptr_eq(&first, &second));
    let (signed, _) = token.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", URL_SAFE_NO_PAD.encode([1; 64]));
    for _ in 0..2 {
        let refused = Err(VerificationError::Jws(JwsError::Signature));
        assert_eq!(keys.verify(&forged, "at+jwt"), refused);
    }
}
