//! Owns what an RSA key from elsewhere must be like: the size that its modulus really has, and an exponent that does
//! what an exponent is for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::jwk::text;

/// RFC 7518 §3.3 asks for 2048; above 8192 verifying becomes a burden.
const BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// Larger exponents make verifying slow, and nobody has one.
const LONGEST_EXPONENT: usize = 8;

/// Why an RSA key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RsaProblem {
    /// It lacks a number.
    Unreadable,
    /// Its modulus has so many bits.
    Size(usize),
    /// Its exponent is 1, even, or very long: with 1 a signature is its own message.
    Exponent,
}

/// Checks the public part of an RSA key.
pub(super) fn check(jwk: &Map<String, Value>) -> Result<(), RsaProblem> {
    let bits = text(jwk, "n")
        .and_then(modulus_bits)
        .ok_or(RsaProblem::Unreadable)?;
    if !BITS.contains(&bits) {
        return Err(RsaProblem::Size(bits));
    }
    let exponent = text(jwk, "e").and_then(number).ok_or(RsaProblem::Unreadable)?;
    let odd = exponent.last().is_some_and(|byte| byte % 2 == 1);
    if !odd || exponent == [1] || exponent.len() > LONGEST_EXPONENT {
        return Err(RsaProblem::Exponent);
    }
    Ok(())
}

/// How many bits a modulus has, as a JWK writes it.
pub(super) fn modulus_bits(modulus: &str) -> Option<usize> {
    let modulus = number(modulus)?;
    let leading = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
    Some(modulus.len() * 8 - leading)
}

/// A number without leading zeros; none for zero, and for what is no number.
fn number(text: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let first = bytes.iter().position(|byte| *byte != 0)?;
    bytes.get(first..).map(<[u8]>::to_vec)
}
