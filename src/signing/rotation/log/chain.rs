//! Owns how entries hang together: the hash of an entry, and the signatures over it. A signature is a JWS of a type that
//! no token has, so that none is ever taken for the other.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use crate::base::digest::{self, Digest};
use crate::jose::{JoseError, Signer, UnverifiedJws, Verifier};

/// The `typ` header of signatures in the log.
const TYPE: &str = "signet-key-log";

#[derive(Serialize)]
struct Signed<'a> {
    entry: &'a str,
}

/// The hash of an entry as it stands in the log.
pub(super) fn hash(entry: &str) -> Digest {
    digest::sha256(&[b"key log", entry.as_bytes()])
}

/// The hash as the next entry and the signatures name it.
pub(super) fn text(hash: &Digest) -> String {
    URL_SAFE_NO_PAD.encode(hash.as_bytes())
}

/// Signs an entry.
pub(super) fn sign(signer: &Signer, hash: &Digest) -> Result<String, JoseError> {
    signer.sign(TYPE, &Signed { entry: &text(hash) })
}

/// Whether a key has signed an entry.
pub(super) fn has_signed(key: &Verifier, signature: &str, hash: &Digest) -> bool {
    let Ok(token) = UnverifiedJws::parse(signature) else {
        return false;
    };
    token.header().is_of_type(TYPE)
        && key
            .verify(&token)
            .is_ok_and(|claims| claims.get("entry").is_some_and(|entry| *entry == text(hash)))
}
