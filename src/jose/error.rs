//! Owns what can be wrong with a key, and what can be wrong with a token.

/// A key is unusable, or a token could not be made.
#[derive(Debug, thiserror::Error)]
pub enum JoseError {
    /// A JWK lacks a member, or has one that does not fit the others.
    #[error("the JWK has no usable member {0}")]
    Member(&'static str),
    /// A JWK that should be public has a private member.
    #[error("the public JWK has the private member {0}")]
    Private(&'static str),
    /// The key is no key of its algorithm.
    #[error("the key is refused")]
    Key(#[source] josekit::JoseError),
    /// The private key does not belong to the public one.
    #[error("the private key does not belong to its public key")]
    Pair,
    /// Claims do not become JSON.
    #[error("the claims cannot be written as JSON")]
    Claims(#[source] serde_json::Error),
    /// The token would be longer than we accept ourselves.
    #[error("the token would be too long")]
    TooLong,
    /// The library did not sign.
    #[error("signing failed")]
    Signing(#[source] josekit::JoseError),
}

/// Why a document is no key set of somebody else's. Each text can follow the name of the field that holds it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// RFC 7517 §5.
    #[error("no key set: write {{\"keys\": […]}} with a public key in it (RFC 7517)")]
    Shape,
    /// More than anyone needs to rotate.
    #[error("at most {} keys", super::MOST_KEYS)]
    TooMany,
    /// Whoever reads the set could sign as the client.
    #[error(
        "key {position} has the member {member}: it is private or symmetric; leave only public keys in the set"
    )]
    Private {
        /// Which key, from 1.
        position: usize,
        /// The member.
        member: &'static str,
    },
    /// RFC 7518 §3.3; larger ones are a burden to verify.
    #[error("key {position} is an RSA key of {bits} bits; 2048 to 8192 are accepted")]
    RsaSize {
        /// Which key, from 1.
        position: usize,
        /// Its size.
        bits: usize,
    },
    /// What it says of itself cannot be.
    #[error("key {position} is no usable key of its kind")]
    Key {
        /// Which key, from 1.
        position: usize,
    },
    /// Nothing can be verified with it.
    #[error(
        "no key in it verifies RS256, PS256, ES256, ES384 or EdDSA signatures: an RSA key, one on P-256 or P-384, or an \
         Ed25519 one, whose use is not another than sig"
    )]
    NoKey,
}

/// Why a compact JWS is refused. Carries nothing of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Longer than [`super::MAX_LENGTH`].
    #[error("the token is too long")]
    TooLong,
    /// Not three segments, or an empty one.
    #[error("the token is not of the form header.payload.signature")]
    Shape,
    /// A segment is not base64url without padding (RFC 7515 §2).
    #[error("a segment of the token is not base64url")]
    Encoding,
    /// The header is no JSON object, is nested too deeply, or names a member twice (RFC 7515 §4).
    #[error("the token's header is not a JSON object with distinct members")]
    Header,
    /// The header has a member that we never accept.
    #[error("the token's header has the member {0}")]
    Member(&'static str),
    /// `alg` is absent, unknown, `none`, or not the key's (RFC 8725 §3.1).
    #[error("the token's algorithm is refused")]
    Algorithm,
    /// `kid` is absent, too long, or not the key's.
    #[error("the token's key id is refused")]
    KeyId,
    /// The key set has no key of that name and algorithm.
    #[error("the key set has no key for the token's kid and alg")]
    NoKey,
    /// `typ` is not text.
    #[error("the token's type is refused")]
    Type,
    /// The signature is not the key's.
    #[error("the token's signature is wrong")]
    Signature,
    /// The payload is no JSON object, is nested too deeply, or names a member twice (RFC 7519 §4).
    #[error("the token's payload is not a JSON object with distinct members")]
    Payload,
}
