//! Owns how a token is taken apart to be shown. Nothing here verifies: an access token is its resource server's to
//! judge, and the ID token was verified before.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// A compact JWS, decoded for display.
#[derive(Debug)]
pub(super) struct TokenView {
    /// The JOSE header.
    pub(super) header: Map<String, Value>,
    /// The payload.
    pub(super) claims: Map<String, Value>,
}

impl TokenView {
    /// Takes a token apart; `None` if it is an opaque one.
    pub(super) fn of(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        Some(Self {
            header: decode(header)?,
            claims: decode(claims)?,
        })
    }
}

fn decode(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jws_has_two_objects_and_a_signature() {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let token = format!("{}.{}.sig", part(r#"{"alg":"ES256"}"#), part(r#"{"sub":"ada"}"#));
        let view = TokenView::of(&token).unwrap();
        assert_eq!(view.header["alg"], "ES256");
        assert_eq!(view.claims["sub"], "ada");
        for opaque in ["", "at_0_abc", "a.b.c", &format!("{token}.x")] {
            assert!(TokenView::of(opaque).is_none(), "{opaque}");
        }
    }
}
