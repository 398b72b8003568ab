//! Tokens whose header or claims say something else than what was signed: another algorithm, what we do not implement,
//! or the same member twice (RFC 8725 §3.1, §3.10; RFC 8259 §4).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::jwt_mutants::{Parts, encode, header_of};

/// Another algorithm is named, with what an attacker would put for a signature.
pub fn algorithms(token: &str) -> Vec<String> {
    let parts = Parts::of(token);
    let mut names = vec![
        json!(null),
        json!(0),
        json!(["ES256"]),
        json!({"alg": "ES256"}),
        json!(true),
    ];
    for name in [
        "",
        " ",
        "none",
        "None",
        "NONE",
        "nOnE",
        "none ",
        "nonе",
        "HS256",
        "HS384",
        "HS512",
        "hs256",
        "RS256",
        "rs256",
        "RS384",
        "RS512",
        "PS256",
        "PS512",
        "ES256",
        "es256",
        "ES384",
        "ES512",
        "ES256K",
        "EdDSA",
        "eddsa",
        "Ed25519",
        "RSA1_5",
        "RSA-OAEP",
        "dir",
        "A256GCM",
        "PBES2-HS256+A128KW",
        "ES256\u{0}",
        "RS256,none",
    ] {
        names.push(json!(name));
    }
    let same = header_of(token)["alg"].clone();
    let zeros = [
        encode([0; 64]),
        encode([0; 256]),
        encode([0]),
        "AA".to_owned(),
        String::new(),
    ];
    let mut mutants = Vec::new();
    for name in names {
        let mut header = header_of(token);
        header.insert("alg".to_owned(), name.clone());
        let text = Value::Object(header.clone()).to_string();
        header.remove("kid");
        let nameless = Value::Object(header).to_string();
        for signature in zeros.iter().map(String::as_str).chain([parts.signature]) {
            if name == same && signature == parts.signature {
                continue;
            }
            mutants.push(format!("{}.{}.{signature}", encode(&text), parts.payload));
            mutants.push(format!("{}.{}.{signature}", encode(&nameless), parts.payload));
        }
        mutants.push(format!("{}.{}", encode(&text), parts.payload));
    }
    mutants
}

/// The header holds what we do not implement or do not believe.
pub fn headers(token: &str) -> Vec<String> {
    let parts = Parts::of(token);
    let own = json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"});
    let additions = [
        ("crit", json!([])),
        ("crit", json!(["exp"])),
        ("crit", json!(["b64"])),
        ("crit", json!("b64")),
        ("crit", json!(null)),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("zip", json!("DEF")),
        ("enc", json!("A256GCM")),
        ("jwk", own.clone()),
        ("jwk", json!(null)),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("x5c", json!(["AA"])),
        ("cty", json!("JWT")),
        ("alg", json!("none")),
        ("kid", json!("")),
        ("typ", json!("JWT")),
        ("typ", json!(7)),
        ("typ", json!("at+jwt ")),
        ("typ", json!(null)),
    ];
    let mut mutants = Vec::new();
    for (name, value) in additions {
        let mut header = header_of(token);
        header.insert(name.to_owned(), value);
        mutants.push(parts.with_header(&Value::Object(header).to_string()));
    }
    for text in [
        "",
        "null",
        "[]",
        "\"\"",
        "{}",
        "{",
        "{\"alg\":\"ES256\"",
        "\u{feff}{}",
        "[{\"alg\":\"none\"}]",
    ] {
        mutants.push(parts.with_header(text));
    }
    mutants
}

/// A member stands twice, so that two readers could take different ones (RFC 8259 §4).
pub fn doubled_members(token: &str) -> Vec<String> {
    let parts = Parts::of(token);
    let mut mutants = Vec::new();
    for (segment, is_header) in [(parts.header, true), (parts.payload, false)] {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(segment).expect("base64url")).expect("UTF-8");
        let members: Map<String, Value> = serde_json::from_str(&text).expect("an object");
        let inner = &text[1..text.len() - 1];
        for (name, value) in &members {
            for other in [
                value.clone(),
                json!("evil"),
                json!(null),
                json!(4_000_000_000_u32),
            ] {
                for doubled in [
                    format!("{{{inner},{}:{other}}}", json!(name)),
                    format!("{{{}:{other},{inner}}}", json!(name)),
                ] {
                    mutants.push(if is_header {
                        parts.with_header(&doubled)
                    } else {
                        format!("{}.{}.{}", parts.header, encode(doubled), parts.signature)
                    });
                }
            }
        }
    }
    mutants
}
