//! Tokens that cost whoever begins to read them: encrypted, packed, derived from passwords a thousand million times,
//! with keys of enormous size, or nested without end. None is longer than 8 KB unless it says so.

use serde_json::{Value, json};

use super::jwt_mutants::encode;

/// What it is, and its text.
pub type Bomb = (&'static str, String);

/// An encrypted token (RFC 7516): header, key, initialization vector, text, tag.
fn encrypted(header: &Value) -> String {
    let text = [
        encode([0; 256]),
        encode([0; 12]),
        encode([0; 2_000]),
        encode([0; 16]),
    ]
    .join(".");
    format!("{}.{text}", encode(header.to_string()))
}

/// A signed one, with a signature that is none.
fn signed(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>, signature: usize) -> String {
    format!(
        "{}.{}.{}",
        encode(header),
        encode(payload),
        encode(vec![1; signature])
    )
}

fn nested(depth: usize) -> String {
    format!("{{\"a\":{}1{}}}", "[".repeat(depth), "]".repeat(depth))
}

/// All of them, aimed at a key of the server's.
pub fn all(kid: &Value) -> Vec<Bomb> {
    let header = json!({"alg": "RS256", "kid": kid, "typ": "at+jwt"});
    let with = |name: &str, value: Value| {
        let mut header = header.clone();
        header[name] = value;
        header.to_string()
    };
    // 16,384 bits.
    let large_key = json!({"kty": "RSA", "n": encode([0xff; 2_048]), "e": "AQAB"});
    let large_exponent = json!({"kty": "RSA", "n": encode([0xff; 1_024]), "e": encode([0xff; 1_024])});
    let small = r#"{"sub":"x"}"#;
    vec![
        (
            "JWE, packed",
            encrypted(&json!({"alg": "RSA-OAEP", "enc": "A256GCM", "zip": "DEF", "kid": kid})),
        ),
        (
            "JWE, direct, packed",
            encrypted(&json!({"alg": "dir", "enc": "A128CBC-HS256", "zip": "DEF"})),
        ),
        (
            "JWE, p2c",
            encrypted(
                &json!({"alg": "PBES2-HS512+A256KW", "enc": "A256GCM", "p2c": 1_000_000_000, "p2s": "AAAA"}),
            ),
        ),
        (
            "JWS, p2c",
            signed(
                json!({"alg": "PBES2-HS256+A128KW", "p2c": 1_000_000_000, "p2s": "AAAA", "kid": kid})
                    .to_string(),
                small,
                32,
            ),
        ),
        ("JWS, packed", signed(with("zip", json!("DEF")), [0; 2_000], 256)),
        (
            "a key of 16,384 bits",
            signed(with("jwk", large_key), small, 2_048),
        ),
        (
            "a large exponent",
            signed(with("jwk", large_exponent), small, 1_024),
        ),
        (
            "a signature of 16,384 bits",
            signed(header.to_string(), small, 2_048),
        ),
        (
            "a payload of 8 KB",
            signed(header.to_string(), vec![b'a'; 5_700], 256),
        ),
        ("a deep header", signed(nested(2_500), small, 256)),
        ("a deep payload", signed(header.to_string(), nested(2_500), 256)),
        (
            "a long key id",
            signed(with("kid", json!("k".repeat(5_000))), small, 256),
        ),
        ("a header of many members", signed(members(), small, 256)),
        ("nothing but points", ".".repeat(8_000)),
    ]
}

fn members() -> String {
    let members: serde_json::Map<String, Value> =
        (0..400).map(|number| (format!("m{number}"), json!(1))).collect();
    Value::Object(members).to_string()
}
