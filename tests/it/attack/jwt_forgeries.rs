//! Tokens that somebody has signed with a key that is not ours to sign with: our public keys as symmetric ones, or
//! private keys of their own under our names (RFC 8725 §2.1, §3.1; RFC 7515 §10.7).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Hmac;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Public};
use openssl::rsa::Rsa;
use serde_json::{Map, Value, json};
use sha2::{Sha256, Sha384, Sha512};
use signet::jose::{PrivateJwk, Signer};
use signet::protocol::algorithm::{Algorithm, RsaBits};

use super::jwt_mutants::{Parts, encode, header_of};

fn bytes(jwk: &Value, name: &str) -> Option<Vec<u8>> {
    jwk[name]
        .as_str()
        .map(|text| URL_SAFE_NO_PAD.decode(text).expect("base64url"))
}

fn public_key(jwk: &Value) -> PKey<Public> {
    let number = |name: &str| BigNum::from_slice(&bytes(jwk, name).expect("a member")).expect("a number");
    match jwk["kty"].as_str() {
        Some("RSA") => PKey::from_rsa(Rsa::from_public_components(number("n"), number("e")).expect("RSA")),
        Some("EC") => {
            let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).expect("P-256");
            let key = EcKey::from_public_key_affine_coordinates(&group, &number("x"), &number("y"));
            PKey::from_ec_key(key.expect("a point"))
        }
        _ => PKey::public_key_from_raw_bytes(&bytes(jwk, "x").expect("x"), Id::ED25519),
    }
    .expect("a key")
}

/// Everything public that a confused verifier could take for a shared secret.
fn public_texts(jwk: &Value, document: &str) -> Vec<Vec<u8>> {
    let key = public_key(jwk);
    let pem = key.public_key_to_pem().expect("PEM");
    let der = key.public_key_to_der().expect("DER");
    let trimmed = String::from_utf8(pem.clone())
        .expect("ASCII")
        .trim_end()
        .to_owned();
    let inner: String = trimmed.lines().filter(|line| !line.starts_with('-')).collect();
    let mut texts = vec![
        pem,
        trimmed.clone().into_bytes(),
        trimmed.replace('\n', "\r\n").into_bytes(),
        inner.into_bytes(),
        der,
        jwk.to_string().into_bytes(),
        document.as_bytes().to_vec(),
        jwk["kid"].as_str().expect("a kid").as_bytes().to_vec(),
        Vec::new(),
        vec![0; 32],
        b"secret".to_vec(),
    ];
    if let Ok(rsa) = key.rsa() {
        texts.push(rsa.public_key_to_pem_pkcs1().expect("PEM"));
        texts.push(rsa.public_key_to_der_pkcs1().expect("DER"));
    }
    for name in ["n", "e", "x", "y"] {
        if let Some(raw) = bytes(jwk, name) {
            texts.push(jwk[name].as_str().expect("text").as_bytes().to_vec());
            texts.push(raw);
        }
    }
    if let (Some(x), Some(y)) = (bytes(jwk, "x"), bytes(jwk, "y")) {
        texts.push([vec![4], x, y].concat());
    }
    texts
}

/// Tokens under HS256, HS384 and HS512 that are keyed with each public key in each of its forms.
pub fn symmetric(token: &str, jwks: &Value) -> Vec<String> {
    let payload = Parts::of(token).payload;
    let keys = jwks["keys"].as_array().expect("keys");
    let mut forged = Vec::new();
    for jwk in keys {
        for key in public_texts(jwk, &jwks.to_string()) {
            for algorithm in ["HS256", "HS384", "HS512", "hs256", "ES256", "RS256", "EdDSA"] {
                for kid in keys.iter().map(|named| &named["kid"]).chain([&Value::Null]) {
                    let mut header = header_of(token);
                    header.insert("alg".to_owned(), json!(algorithm));
                    if kid.is_null() {
                        header.remove("kid");
                    } else {
                        header.insert("kid".to_owned(), kid.clone());
                    }
                    let signed = format!("{}.{payload}", encode(Value::Object(header).to_string()));
                    let tag = match algorithm {
                        "HS384" => tag::<Hmac<Sha384>>(&key, &signed),
                        "HS512" => tag::<Hmac<Sha512>>(&key, &signed),
                        _ => tag::<Hmac<Sha256>>(&key, &signed),
                    };
                    forged.push(format!("{signed}.{tag}"));
                }
            }
        }
    }
    forged
}

fn tag<M: hmac::Mac + hmac::KeyInit>(key: &[u8], text: &str) -> String {
    let mut mac = <M as hmac::KeyInit>::new_from_slice(key).expect("any length");
    mac.update(text.as_bytes());
    encode(mac.finalize().into_bytes())
}

/// Tokens that an attacker has signed with keys of their own, under each of our key ids, with their key in the
/// header or not.
pub fn foreign(claims: &Map<String, Value>, typ: &str, jwks: &Value) -> Vec<String> {
    let mut forged = Vec::new();
    for algorithm in Algorithm::ALL {
        let own = PrivateJwk::generate(algorithm, RsaBits::default()).expect("a key");
        let mut private: Map<String, Value> =
            serde_json::from_slice(&own.to_json().expect("JSON")).expect("an object");
        for ours in jwks["keys"].as_array().expect("keys") {
            private.insert("kid".to_owned(), ours["kid"].clone());
            let text = Value::Object(private.clone()).to_string();
            let key = PrivateJwk::from_json(text.as_bytes()).expect("a key");
            let signer = Signer::new(&key).expect("a signer");
            forged.push(signer.sign(typ, claims).expect("a token"));
        }
        let signer = Signer::new(&own).expect("a signer");
        forged.push(signer.sign(typ, claims).expect("a token"));
    }
    forged
}
