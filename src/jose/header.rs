//! Owns the protected header of a compact JWS (RFC 7515 §4): what is read of it before a key is chosen, and which
//! members are never accepted. It does not know the key.

use serde_json::{Map, Value};

use super::error::JwsError;
use crate::base::id::KeyId;
use crate::base::strict_json;
use crate::protocol::algorithm::Algorithm;

const DEPTH: usize = 4;
const LONGEST_KEY_ID: usize = 256;
/// Extensions that we do not implement, compression, and keys that the token brings along or points to
/// (RFC 8725 §3.8, §3.10).
const REFUSED: [&str; 7] = ["crit", "b64", "zip", "jwk", "jku", "x5u", "x5c"];

/// A header that names a known algorithm and a key. Nothing of it is proven yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    algorithm: Algorithm,
    key_id: KeyId,
    token_type: Option<String>,
}

impl Header {
    pub(super) fn parse(json: &[u8]) -> Result<Self, JwsError> {
        let members = members(json)?;
        let algorithm = members
            .get("alg")
            .and_then(Value::as_str)
            .and_then(Algorithm::parse)
            .ok_or(JwsError::Algorithm)?;
        Ok(Self {
            algorithm,
            key_id: key_id(&members)?.ok_or(JwsError::KeyId)?,
            token_type: token_type(&members)?,
        })
    }

    /// The algorithm that the token claims to be signed with.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key that the token claims to be signed with.
    #[must_use]
    pub const fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// Whether the token says to be of this type. A media type without a slash stands for `application/` and
    /// itself, and letter case does not count (RFC 7515 §4.1.9, RFC 9068 §4).
    #[must_use]
    pub fn is_of_type(&self, expected: &str) -> bool {
        self.token_type
            .as_deref()
            .is_some_and(|given| is_type(given, expected))
    }
}

/// The members of a header, none of which is one that is never accepted.
pub(super) fn members(json: &[u8]) -> Result<Map<String, Value>, JwsError> {
    let members = strict_json::object(json, DEPTH).ok_or(JwsError::Header)?;
    match REFUSED.into_iter().find(|name| members.contains_key(*name)) {
        Some(name) => Err(JwsError::Member(name)),
        None => Ok(members),
    }
}

/// The header's `kid`, if it has one.
pub(super) fn key_id(members: &Map<String, Value>) -> Result<Option<KeyId>, JwsError> {
    match members.get("kid") {
        None => Ok(None),
        Some(Value::String(kid)) if (1..=LONGEST_KEY_ID).contains(&kid.len()) => {
            Ok(Some(KeyId::from_text(kid.as_str())))
        }
        Some(_) => Err(JwsError::KeyId),
    }
}

/// The header's `typ`, if it has one.
pub(super) fn token_type(members: &Map<String, Value>) -> Result<Option<String>, JwsError> {
    match members.get("typ") {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(JwsError::Type),
    }
}

/// Whether a `typ` says the type; see [`Header::is_of_type`].
pub(super) fn is_type(given: &str, expected: &str) -> bool {
    let short = match given.split_at_checked("application/".len()) {
        Some((tree, rest)) if tree.eq_ignore_ascii_case("application/") && !rest.contains('/') => rest,
        _ => given,
    };
    short.eq_ignore_ascii_case(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_compared_as_media_types() {
        let header = |typ: &str| {
            Header::parse(format!(r#"{{"alg":"ES256","kid":"k","typ":"{typ}"}}"#).as_bytes()).unwrap()
        };
        for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
            assert!(header(typ).is_of_type("at+jwt"), "{typ}");
        }
        for typ in [
            "",
            "JWT",
            "at+jwt ",
            "text/at+jwt",
            "application/",
            "application/application/at+jwt",
        ] {
            assert!(!header(typ).is_of_type("at+jwt"), "{typ}");
        }
        let bare = Header::parse(br#"{"alg":"ES256","kid":"k"}"#).unwrap();
        assert!(!bare.is_of_type("at+jwt"));
        assert!(!bare.is_of_type(""));
    }
}
