//! Owns the outer form of a compact JWS (RFC 7515 §7.1): three segments of base64url. The payload cannot be reached
//! before a [`super::Verifier`] has checked the signature.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::JwsError;
use super::header::Header;

/// The most bytes that a token may have.
pub const MAX_LENGTH: usize = 16 * 1024;

/// A compact JWS whose form and header are acceptable, and whose signature is not checked yet.
#[derive(Debug)]
pub struct UnverifiedJws<'a> {
    header: Header,
    signed: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
}

impl<'a> UnverifiedJws<'a> {
    /// Reads the form and the header.
    pub fn parse(token: &'a str) -> Result<Self, JwsError> {
        let segments = Segments::of(token, MAX_LENGTH)?;
        Ok(Self {
            header: Header::parse(&decode(segments.header)?)?,
            signed: segments.signed,
            payload: segments.payload,
            signature: decode(segments.signature)?,
        })
    }

    /// What the token says of itself; enough to choose a key.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    pub(super) const fn signed(&self) -> &str {
        self.signed
    }

    pub(super) fn signature(&self) -> &[u8] {
        &self.signature
    }

    pub(super) fn payload(&self) -> Result<Vec<u8>, JwsError> {
        decode(self.payload)
    }
}

/// The segments of a token, none of them empty.
pub(super) struct Segments<'a> {
    pub(super) header: &'a str,
    pub(super) payload: &'a str,
    /// Header, full stop and payload.
    pub(super) signed: &'a str,
    pub(super) signature: &'a str,
}

impl<'a> Segments<'a> {
    pub(super) fn of(token: &'a str, longest: usize) -> Result<Self, JwsError> {
        if token.len() > longest {
            return Err(JwsError::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(JwsError::Shape)?;
        let (header, payload) = signed.split_once('.').ok_or(JwsError::Shape)?;
        if header.is_empty() || payload.is_empty() || signature.is_empty() || payload.contains('.') {
            return Err(JwsError::Shape);
        }
        Ok(Self {
            header,
            payload,
            signed,
            signature,
        })
    }
}

/// Padding, line breaks and bits that no byte has are refused, so that a token has one spelling only.
pub(super) fn decode(segment: &str) -> Result<Vec<u8>, JwsError> {
    URL_SAFE_NO_PAD.decode(segment).map_err(|_| JwsError::Encoding)
}
