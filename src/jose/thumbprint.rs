//! Owns the thumbprint of a key (RFC 7638): SHA-256 over its required members in a fixed spelling. We use it as the
//! `kid`, so that a key's name says nothing but which key it is.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::JoseError;
use crate::base::digest::plain_sha256;
use crate::base::id::KeyId;

/// The thumbprint of a key's required members (RFC 7638 §3.2, RFC 8037 §2).
pub(super) fn thumbprint(required: &BTreeMap<&'static str, String>) -> Result<KeyId, JoseError> {
    // A BTreeMap writes its members in lexicographic order and serde_json without white space: RFC 7638 §3.3.
    let json = serde_json::to_vec(required).map_err(JoseError::Claims)?;
    Ok(KeyId::from_text(URL_SAFE_NO_PAD.encode(plain_sha256(&json))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7638 §3.1.
    #[test]
    fn the_rfc_s_rsa_example_has_its_thumbprint() {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let members = BTreeMap::from([
            ("n", n.to_owned()),
            ("kty", "RSA".to_owned()),
            ("e", "AQAB".to_owned()),
        ]);
        let expected = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
        assert_eq!(thumbprint(&members).unwrap().as_str(), expected);
    }

    /// RFC 8037 appendix A.3.
    #[test]
    fn the_rfc_s_ed25519_example_has_its_thumbprint() {
        let members = BTreeMap::from([
            ("crv", "Ed25519".to_owned()),
            ("kty", "OKP".to_owned()),
            ("x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned()),
        ]);
        let expected = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
        assert_eq!(thumbprint(&members).unwrap().as_str(), expected);
    }
}
