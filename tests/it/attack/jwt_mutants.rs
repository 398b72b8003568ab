//! Tokens that look almost like one of ours: a good one, changed in every place and in every way that was ever
//! exploited (RFC 8725 §3.1 to §3.4, §3.10). Headers stand in `jwt_headers`, forgeries with
//! keys in `jwt_forgeries`.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::jwt_headers;

/// Every character that base64url has.
const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A token's three segments.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    pub header: &'a str,
    pub payload: &'a str,
    pub signature: &'a str,
}

impl<'a> Parts<'a> {
    pub fn of(token: &'a str) -> Self {
        let mut parts = token.split('.');
        let mut next = || parts.next().expect("a segment");
        Self {
            header: next(),
            payload: next(),
            signature: next(),
        }
    }

    pub fn with_header(self, header: &str) -> String {
        format!("{}.{}.{}", encode(header), self.payload, self.signature)
    }
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The header as JSON members.
pub fn header_of(token: &str) -> Map<String, Value> {
    let bytes = URL_SAFE_NO_PAD
        .decode(Parts::of(token).header)
        .expect("base64url");
    serde_json::from_slice(&bytes).expect("an object")
}

/// Every mutant of a token.
pub fn all(token: &str) -> Vec<String> {
    let mut mutants = characters(token);
    mutants.extend(lengths(token));
    mutants.extend(jwt_headers::algorithms(token));
    mutants.extend(jwt_headers::headers(token));
    mutants.extend(jwt_headers::doubled_members(token));
    mutants.extend(spellings(token));
    mutants.extend(signatures(token));
    mutants.retain(|mutant| mutant != token);
    mutants
}

/// One character is another one.
fn characters(token: &str) -> Vec<String> {
    let mut mutants = Vec::new();
    for index in 0..token.len() {
        let replacements = [
            ALPHABET[index * 7 % 64],
            ALPHABET[(index * 13 + 31) % 64],
            b'.',
            b'=',
        ];
        for replacement in replacements {
            let mut bytes = token.as_bytes().to_vec();
            bytes[index] = replacement;
            mutants.push(String::from_utf8(bytes).expect("ASCII"));
        }
    }
    mutants
}

/// A character is missing, doubled, or everything before or after it is gone.
fn lengths(token: &str) -> Vec<String> {
    let mut mutants = Vec::new();
    for index in 0..token.len() {
        let (before, after) = token.split_at(index);
        mutants.push(before.to_owned());
        mutants.push(after[1..].to_owned());
        mutants.push(format!("{before}{}", &after[1..]));
        mutants.push(format!("{before}{}{after}", &after[..1]));
    }
    mutants
}

/// The same bytes written otherwise: a token has one spelling only (RFC 7515 §2, §7.1).
fn spellings(token: &str) -> Vec<String> {
    let Parts {
        header,
        payload,
        signature,
    } = Parts::of(token);
    let padded = |segment: &str| format!("{segment}{}", &"===="[..(4 - segment.len() % 4) % 4]);
    let standard = |segment: &str| STANDARD.encode(URL_SAFE_NO_PAD.decode(segment).expect("base64url"));
    let mut mutants = vec![
        format!(" {token}"),
        format!("{token} "),
        format!("{token}\n"),
        format!("\u{feff}{token}"),
        format!("{token}\u{0}"),
        format!("Bearer {token}"),
        format!("{token},{token}"),
        format!("{token}.{token}"),
        format!(".{token}"),
        format!("{token}."),
        format!("{token}="),
        format!("{token}=="),
        format!("{header}..{signature}"),
        format!(".{payload}.{signature}"),
        format!("..{signature}"),
        "..".to_owned(),
        format!("{header}.{payload}.{signature}.{signature}"),
        format!("{header}.{payload}.{signature}.."),
        format!("{payload}.{header}.{signature}"),
        format!("{}.{}.{}", padded(header), padded(payload), padded(signature)),
        format!("{header}.{payload}.{}==", signature),
        format!("{header}.{}\n.{signature}", payload),
        format!(
            "{}.{}.{}",
            standard(header),
            standard(payload),
            standard(signature)
        ),
        json!({"protected": header, "payload": payload, "signature": signature}).to_string(),
        json!({"payload": payload, "signatures": [{"protected": header, "signature": signature}]})
            .to_string(),
        token.to_lowercase(),
        token.to_uppercase(),
        token.replace('.', "%2e"),
        encode(token),
    ];
    // A last character whose unused bits are set decodes to the same bytes in a lenient reader.
    for segment in [header, payload, signature] {
        let last = *segment.as_bytes().last().expect("not empty");
        let at = ALPHABET.iter().position(|byte| *byte == last).expect("base64url");
        for (other, byte) in ALPHABET.iter().enumerate() {
            let same_bits = match segment.len() % 4 {
                2 => other / 16 == at / 16,
                3 => other / 4 == at / 4,
                _ => false,
            };
            if other != at && same_bits {
                let changed = format!("{}{}", &segment[..segment.len() - 1], char::from(*byte));
                mutants.push(token.replace(segment, &changed));
            }
        }
    }
    mutants
}

/// The signature is empty, of zeros, or of the wrong length; in DER instead of two numbers (RFC 7518 §3.4).
fn signatures(token: &str) -> Vec<String> {
    let parts = Parts::of(token);
    let good = URL_SAFE_NO_PAD.decode(parts.signature).expect("base64url");
    let mut made: Vec<Vec<u8>> = (0..300).map(|length| vec![0; length]).collect();
    made.extend((0..300).step_by(7).map(|length| vec![0xff; length]));
    let (left, right) = good.split_at(good.len() / 2);
    made.push([right, left].concat());
    made.push([left, left].concat());
    made.push([good.as_slice(), &[0]].concat());
    made.push([&[0], good.as_slice()].concat());
    made.push(good.iter().rev().copied().collect());
    for bit in 0..good.len() * 8 {
        let mut flipped = good.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        made.push(flipped);
    }
    if let (Ok(r), Ok(s)) = (
        openssl::bn::BigNum::from_slice(left),
        openssl::bn::BigNum::from_slice(right),
    ) && let Ok(pair) = openssl::ecdsa::EcdsaSig::from_private_components(r, s)
    {
        made.push(pair.to_der().expect("DER"));
    }
    made.iter()
        .map(|signature| format!("{}.{}.{}", parts.header, parts.payload, encode(signature)))
        .collect()
}
