//! Owns AES-256-GCM over one message: 12 random bytes of nonce, ciphertext, 16 bytes of tag, in this order.
//! It does not know keys by name nor what the additional data says; `sealing` does.

use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};

use super::entropy::{self, Entropy};

const NONCE_LENGTH: usize = 12;
const TAG_LENGTH: usize = 16;

/// Why a message could not be sealed or opened. Says nothing about the plaintext.
#[derive(Debug, thiserror::Error)]
pub enum AeadError {
    /// The message is shorter than nonce and tag.
    #[error("the sealed message is truncated")]
    Truncated,
    /// Key, additional data or message is not what was sealed.
    #[error("the sealed message does not open with this key and context")]
    Refused,
    /// The library failed before it came to the message.
    #[error("AES-256-GCM is unavailable")]
    Unavailable(#[source] openssl::error::ErrorStack),
}

/// Seals a message under a key; `context` must be given again to open it.
pub fn seal(
    key: &[u8; 32],
    context: &[u8],
    message: &[u8],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, AeadError> {
    let nonce = entropy::bytes::<NONCE_LENGTH>(entropy);
    let mut tag = [0; TAG_LENGTH];
    let ciphertext = encrypt_aead(
        Cipher::aes_256_gcm(),
        key,
        Some(&nonce),
        context,
        message,
        &mut tag,
    )
    .map_err(AeadError::Unavailable)?;
    Ok([nonce.as_slice(), &ciphertext, &tag].concat())
}

/// Opens what [`seal`] made.
pub fn open(key: &[u8; 32], context: &[u8], sealed: &[u8]) -> Result<zeroize::Zeroizing<Vec<u8>>, AeadError> {
    let (nonce, rest) = sealed
        .split_at_checked(NONCE_LENGTH)
        .ok_or(AeadError::Truncated)?;
    let (ciphertext, tag) = rest
        .len()
        .checked_sub(TAG_LENGTH)
        .and_then(|length| rest.split_at_checked(length))
        .ok_or(AeadError::Truncated)?;
    decrypt_aead(Cipher::aes_256_gcm(), key, Some(nonce), context, ciphertext, tag)
        .map(zeroize::Zeroizing::new)
        .map_err(|_| AeadError::Refused)
}
