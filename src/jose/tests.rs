//! Tokens that a hostile client would try (attacks JW-01 and JW-03).

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jws::{HS256, JwsSigner as _};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{ImportedKey, JwsError, MAX_LENGTH, PrivateJwk, PublicJwk, Signer, UnverifiedJws, Verifier};
use crate::protocol::algorithm::{Algorithm, RsaBits};

struct Pair {
    signer: Signer,
    verifier: Verifier,
    public: PublicJwk,
}

static PAIRS: LazyLock<Vec<Pair>> = LazyLock::new(|| {
    Algorithm::ALL
        .into_iter()
        .map(|algorithm| {
            let private = PrivateJwk::generate(algorithm, RsaBits::default()).unwrap();
            Pair {
                signer: Signer::new(&private).unwrap(),
                verifier: Verifier::new(private.public()).unwrap(),
                public: private.public().clone(),
            }
        })
        .collect()
});

fn check(pair: &Pair, token: &str) -> Result<Map<String, Value>, JwsError> {
    pair.verifier.verify(&UnverifiedJws::parse(token)?)
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token over exactly these bytes, signed by the right key.
fn signed(pair: &Pair, header: &str, payload: &str) -> String {
    let message = format!("{}.{}", encode(header), encode(payload));
    let signature = pair.signer.sign_bytes(message.as_bytes()).unwrap();
    format!("{message}.{}", encode(signature))
}

fn header(pair: &Pair, more: &str) -> String {
    let (alg, kid) = (pair.public.algorithm().name(), pair.public.key_id());
    format!(r#"{{"alg":"{alg}","kid":"{kid}"{more}}}"#)
}

#[test]
fn what_a_key_signed_it_verifies() {
    let claims = json!({ "sub": "someone", "aud": ["a", "b"], "exp": 1 });
    for pair in &*PAIRS {
        let token = pair.signer.sign("at+jwt", &claims).unwrap();
        let parsed = UnverifiedJws::parse(&token).unwrap();
        assert_eq!(parsed.header().algorithm(), pair.public.algorithm());
        assert_eq!(parsed.header().key_id(), pair.public.key_id());
        assert!(parsed.header().is_of_type("at+jwt"));
        assert_eq!(Value::Object(check(pair, &token).unwrap()), claims);
    }
}

/// ECDSA's two integers keep their width however many leading zeros they have.
#[test]
fn hundreds_of_signatures_verify() {
    for pair in PAIRS.iter().filter(|pair| !pair.public.algorithm().is_rsa()) {
        for number in 0..600 {
            let token = pair.signer.sign("JWT", &json!({ "n": number })).unwrap();
            assert!(check(pair, &token).is_ok());
        }
    }
}

#[test]
fn no_other_key_verifies() {
    let stranger = PrivateJwk::generate(Algorithm::ES256, RsaBits::default()).unwrap();
    let stranger = Signer::new(&stranger).unwrap();
    for pair in &*PAIRS {
        let token = stranger.sign("JWT", &json!({})).unwrap();
        assert!(check(pair, &token).is_err());
        // under the right name
        let parts: Vec<&str> = token.split('.').collect();
        let renamed = format!("{}.{}.{}", encode(header(pair, "")), parts[1], parts[2]);
        assert_eq!(check(pair, &renamed), Err(JwsError::Signature));
    }
}

/// RFC 8725 §3.1: the key decides the algorithm.
#[test]
fn no_other_algorithm_is_accepted() {
    let payload = encode(r#"{"sub":"someone"}"#);
    for pair in &*PAIRS {
        let kid = pair.public.key_id();
        let mut names = vec![
            "none", "None", "NONE", "nOnE", "", "HS256", "hs256", "HS512", "PS256", "Ed25519",
        ];
        let lower = pair.public.algorithm().name().to_lowercase();
        names.push(&lower);
        names.extend(PAIRS.iter().map(|other| other.public.algorithm().name()));
        for name in names
            .into_iter()
            .filter(|name| *name != pair.public.algorithm().name())
        {
            let header = format!(r#"{{"alg":"{name}","kid":"{kid}"}}"#);
            let message = format!("{}.{payload}", encode(&header));
            for token in [
                message.clone(),
                format!("{message}."),
                format!("{message}.AA"),
                signed(pair, &header, r#"{"sub":"someone"}"#),
            ] {
                assert!(check(pair, &token).is_err(), "{name}");
            }
        }
        for header in [
            format!(r#"{{"kid":"{kid}"}}"#),
            format!(r#"{{"alg":null,"kid":"{kid}"}}"#),
            format!(r#"{{"alg":["ES256"],"kid":"{kid}"}}"#),
        ] {
            let token = signed(pair, &header, "{}");
            assert_eq!(check(pair, &token), Err(JwsError::Algorithm));
        }
    }
}

/// JW-03: an RSA key signs with one algorithm, though its numbers would do for both.
#[test]
fn jw_03_a_key_of_pss_verifies_nothing_of_pkcs1_and_the_other_way_round() {
    for (own, other) in [
        (Algorithm::RS256, Algorithm::PS256),
        (Algorithm::PS256, Algorithm::RS256),
    ] {
        let private = PrivateJwk::generate(own, RsaBits::default()).unwrap();
        let verifier = Verifier::new(private.public()).unwrap();
        let mut members: Map<String, Value> = serde_json::from_slice(&private.to_json().unwrap()).unwrap();
        members.insert("alg".to_owned(), other.name().into());
        let misused = PrivateJwk::from_json(&serde_json::to_vec(&members).unwrap()).unwrap();
        let token = Signer::new(&misused).unwrap().sign("JWT", &json!({})).unwrap();
        let check = |token: &str| verifier.verify(&UnverifiedJws::parse(token).unwrap());
        assert_eq!(check(&token), Err(JwsError::Algorithm));
        // under the key's own algorithm
        let parts: Vec<&str> = token.split('.').collect();
        let (own, kid) = (own.name(), private.public().key_id());
        let header = encode(format!(r#"{{"alg":"{own}","kid":"{kid}","typ":"JWT"}}"#));
        let renamed = format!("{header}.{}.{}", parts[1], parts[2]);
        assert_eq!(check(&renamed), Err(JwsError::Signature));
    }
}

/// Keys of each size sign and verify; what is sealed is read as it was.
#[test]
fn larger_rsa_keys_sign_with_either_algorithm() {
    for (pem, bits) in [
        (include_str!("../../tests/it/fixtures/keys/rsa3072.pem"), 3072),
        (include_str!("../../tests/it/fixtures/keys/rsa4096.pem"), 4096),
    ] {
        for algorithm in [Algorithm::RS256, Algorithm::PS256] {
            let Ok(ImportedKey::Private(key)) = ImportedKey::read(pem, None, Some(algorithm)) else {
                panic!("a private key")
            };
            let key = PrivateJwk::from_json(&key.to_json().unwrap()).unwrap();
            assert_eq!(key.public().algorithm(), algorithm);
            assert_eq!(key.public().rsa_bits(), Some(bits));
            let token = Signer::new(&key).unwrap().sign("JWT", &json!({"n": 1})).unwrap();
            let verifier = Verifier::new(key.public()).unwrap();
            assert!(verifier.verify(&UnverifiedJws::parse(&token).unwrap()).is_ok());
        }
    }
}

/// RFC 8725 §2.1: a public key is no shared secret.
#[test]
fn a_public_key_is_no_hmac_key() {
    for pair in &*PAIRS {
        let jwk = serde_json::to_vec(&pair.public).unwrap();
        let parsed = pair.public.to_jwk().unwrap();
        let mut keys = vec![jwk];
        for name in ["x", "n"] {
            if let Some(Value::String(text)) = parsed.parameter(name) {
                keys.push(text.clone().into_bytes());
                keys.push(URL_SAFE_NO_PAD.decode(text).unwrap());
            }
        }
        for key in keys {
            let hmac = HS256.signer_from_bytes(key).unwrap();
            for alg in ["HS256", pair.public.algorithm().name()] {
                let header = format!(r#"{{"alg":"{alg}","kid":"{}"}}"#, pair.public.key_id());
                let message = format!("{}.{}", encode(header), encode("{}"));
                let token = format!("{message}.{}", encode(hmac.sign(message.as_bytes()).unwrap()));
                assert!(check(pair, &token).is_err());
            }
        }
    }
}

#[test]
fn empty_zero_short_and_long_signatures_are_refused() {
    for pair in &*PAIRS {
        let token = pair.signer.sign("JWT", &json!({})).unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        assert_eq!(check(pair, &format!("{message}.")), Err(JwsError::Shape));
        assert_eq!(check(pair, message), Err(JwsError::Shape));
        for wrong in [
            vec![0; bytes.len()],
            vec![0xff; bytes.len()],
            vec![0],
            bytes[1..].to_vec(),
            bytes[..bytes.len() - 1].to_vec(),
            [bytes.as_slice(), &[0]].concat(),
            [&[0], bytes.as_slice()].concat(),
        ] {
            let token = format!("{message}.{}", encode(wrong));
            assert_eq!(check(pair, &token), Err(JwsError::Signature));
        }
    }
}

#[test]
fn members_that_change_the_rules_are_refused() {
    for pair in &*PAIRS {
        let jwk = serde_json::to_string(&pair.public).unwrap();
        for (name, value) in [
            ("crit", "[]"),
            ("crit", r#"["exp"]"#),
            ("b64", "false"),
            ("b64", "true"),
            ("zip", r#""DEF""#),
            ("jwk", jwk.as_str()),
            ("jku", r#""https://evil.example/""#),
            ("x5u", r#""https://evil.example/""#),
            ("x5c", "[]"),
        ] {
            let token = signed(pair, &header(pair, &format!(r#","{name}":{value}"#)), "{}");
            assert_eq!(check(pair, &token), Err(JwsError::Member(name)));
        }
        let unencoded = header(pair, r#","b64":false,"crit":["b64"]"#);
        assert!(check(pair, &signed(pair, &unencoded, "{}")).is_err());
    }
}

#[test]
fn duplicate_members_are_refused() {
    for pair in &*PAIRS {
        let alg = pair.public.algorithm().name();
        for more in [
            format!(r#","alg":"{alg}""#),
            format!(r#","\u0061lg":"{alg}""#),
            r#","alg":"none""#.to_owned(),
            format!(r#","kid":"{}""#, pair.public.key_id()),
            r#","typ":"JWT","typ":"at+jwt""#.to_owned(),
        ] {
            let token = signed(pair, &header(pair, &more), "{}");
            assert_eq!(check(pair, &token), Err(JwsError::Header), "{more}");
        }
        for payload in [
            r#"{"sub":"a","sub":"b"}"#,
            r#"{"sub":"a","\u0073ub":"a"}"#,
            r#"{"act":{"sub":"a","sub":"b"}}"#,
            r#"{"a":[{"b":1,"b":2}]}"#,
            "[]",
            "null",
            "\"text\"",
            "{",
            "{}x",
        ] {
            let token = signed(pair, &header(pair, ""), payload);
            assert_eq!(check(pair, &token), Err(JwsError::Payload), "{payload}");
        }
        let deep = format!(
            "{}{}",
            r#"{"a":"#.repeat(32),
            format_args!("{{}}{}", "}".repeat(32))
        );
        assert_eq!(
            check(pair, &signed(pair, &header(pair, ""), &deep)),
            Err(JwsError::Payload)
        );
    }
}

/// JW-03.
#[test]
fn a_key_id_must_be_the_key_s() {
    let long = "k".repeat(10 * 1024);
    for pair in &*PAIRS {
        let alg = pair.public.algorithm().name();
        let kid = pair.public.key_id();
        let absent = format!(r#"{{"alg":"{alg}"}}"#);
        assert_eq!(check(pair, &signed(pair, &absent, "{}")), Err(JwsError::KeyId));
        for wrong in [
            "",
            "../",
            "../../etc/passwd",
            "' or 1=1 --",
            long.as_str(),
            &format!("{kid} "),
            "\\u0000",
        ] {
            let header = format!(r#"{{"alg":"{alg}","kid":"{wrong}"}}"#);
            assert_eq!(
                check(pair, &signed(pair, &header, "{}")),
                Err(JwsError::KeyId),
                "{wrong}"
            );
        }
        for wrong in ["null", "1", "[]", "{}"] {
            let header = format!(r#"{{"alg":"{alg}","kid":{wrong}}}"#);
            assert_eq!(
                check(pair, &signed(pair, &header, "{}")),
                Err(JwsError::KeyId),
                "{wrong}"
            );
        }
    }
}

#[test]
fn every_truncation_is_refused() {
    for pair in &*PAIRS {
        let token = pair.signer.sign("JWT", &json!({ "sub": "someone" })).unwrap();
        for end in 0..token.len() {
            assert!(check(pair, &token[..end]).is_err());
        }
        for start in 1..token.len() {
            assert!(check(pair, &token[start..]).is_err());
        }
    }
}

#[test]
fn other_forms_are_refused() {
    let pair = &PAIRS[1];
    let token = pair.signer.sign("JWT", &json!({ "sub": "someone" })).unwrap();
    for wrong in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.AA"),
        format!("{token} "),
        format!(" {token}"),
        format!("{token}\n"),
        format!("{token}="),
        token.replacen('.', "=.", 1),
        token.replacen('.', "..", 1),
        token.replace('.', "\u{ff0e}"),
        format!(r#"{{"payload":"{token}"}}"#),
    ] {
        assert!(check(pair, &wrong).is_err(), "{wrong}");
    }
    let claims = json!({ "a": "a".repeat(MAX_LENGTH) });
    assert!(pair.signer.sign("JWT", &claims).is_err());
    let long = signed(pair, &header(pair, ""), &claims.to_string());
    assert_eq!(check(pair, &long), Err(JwsError::TooLong));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// No character of a token can be another one: base64url has one spelling for each byte.
    #[test]
    fn no_character_can_be_changed(which in 0_usize..3, place in any::<prop::sample::Index>(), byte in 0x20_u8..0x7f) {
        static TOKENS: LazyLock<Vec<String>> = LazyLock::new(|| {
            PAIRS.iter().map(|pair| pair.signer.sign("at+jwt", &json!({ "sub": "someone" })).unwrap()).collect()
        });
        let mut token = TOKENS[which].clone().into_bytes();
        let place = place.index(token.len());
        prop_assume!(token[place] != byte);
        token[place] = byte;
        prop_assert!(check(&PAIRS[which], &String::from_utf8(token).unwrap()).is_err());
    }

    #[test]
    fn no_text_is_a_token(text in any::<String>()) {
        prop_assert!(UnverifiedJws::parse(&text).is_err());
    }

    #[test]
    fn no_header_makes_it_panic(header in any::<Vec<u8>>(), signature in any::<Vec<u8>>()) {
        let token = format!("{}.e30.{}", encode(header), encode(signature));
        prop_assert!(UnverifiedJws::parse(&token).is_err());
    }
}
