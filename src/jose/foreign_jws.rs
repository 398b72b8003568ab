//! Owns a compact JWS that somebody else has signed. Unlike our own its header may leave `kid` out, and some of its
//! payload must be read before a key can be chosen: who it says that it comes from. It does not know the keys.

use std::fmt;

use serde_json::{Map, Value};

use super::error::JwsError;
use super::header;
use super::jws::{Segments, decode};
use crate::base::id::KeyId;
use crate::base::strict_json;
use crate::protocol::algorithm::VerifiedAlgorithm;

/// The most bytes that such a token may have.
const MAX_LENGTH: usize = 8 * 1024;
/// The most objects and arrays that its payload may nest.
const DEPTH: usize = 8;

/// A token whose form, header and payload are acceptable, and whose signature is not checked yet.
#[derive(Clone, PartialEq, Eq)]
pub struct ForeignJws {
    algorithm: VerifiedAlgorithm,
    key_id: Option<KeyId>,
    token_type: Option<String>,
    claims: Map<String, Value>,
    signed: String,
    signature: Vec<u8>,
}

impl ForeignJws {
    /// Reads form, header and payload.
    pub fn parse(token: &str) -> Result<Self, JwsError> {
        let segments = Segments::of(token, MAX_LENGTH)?;
        let members = header::members(&decode(segments.header)?)?;
        let algorithm = members
            .get("alg")
            .and_then(Value::as_str)
            .and_then(VerifiedAlgorithm::parse)
            .ok_or(JwsError::Algorithm)?;
        Ok(Self {
            algorithm,
            key_id: header::key_id(&members)?,
            token_type: header::token_type(&members)?,
            claims: strict_json::object(&decode(segments.payload)?, DEPTH).ok_or(JwsError::Payload)?,
            signed: segments.signed.to_owned(),
            signature: decode(segments.signature)?,
        })
    }

    /// The algorithm that it claims to be signed with.
    #[must_use]
    pub const fn algorithm(&self) -> VerifiedAlgorithm {
        self.algorithm
    }

    /// The key that it claims to be signed with, if it names one.
    #[must_use]
    pub const fn key_id(&self) -> Option<&KeyId> {
        self.key_id.as_ref()
    }

    /// Whether its `typ` is absent or one of these; compared as media types.
    #[must_use]
    pub fn is_of_type_or_none(&self, expected: &[&str]) -> bool {
        self.token_type
            .as_deref()
            .is_none_or(|given| expected.iter().any(|one| header::is_type(given, one)))
    }

    /// A claim that is a text. Nothing of it is proven: it only tells whose keys to ask.
    #[must_use]
    pub fn unproven_text(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }

    /// The claims, for who has checked the signature.
    pub(super) const fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    pub(super) fn signed(&self) -> &[u8] {
        self.signed.as_bytes()
    }

    pub(super) fn signature(&self) -> &[u8] {
        &self.signature
    }
}

/// Nothing of what it says: until it is used it opens.
impl fmt::Debug for ForeignJws {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ForeignJws")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
