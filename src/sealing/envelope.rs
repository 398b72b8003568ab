//! Owns the envelope: one byte of format version, then an AES-256-GCM message whose additional data says where the
//! envelope stands. A ciphertext that is moved to another row, column, table or owner, or labelled with another key,
//! does not open. Version 1 is sealed by the key-encryption key itself; version 2 names the data key that sealed it,
//! which stands wrapped in `auth.data_keys`. It does not know what it seals.

use zeroize::Zeroizing;

use super::keyring::{Keyring, SealingKey};
use crate::base::aead::{self, AeadError};
use crate::base::entropy::Entropy;

/// `1 ‖ message`
const BY_KEK: u8 = 1;
/// `2 ‖ length of the id ‖ id of the data key ‖ message`
const BY_DATA_KEY: u8 = 2;

/// Where an envelope stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context<'a> {
    /// The table, with its schema.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row's primary key.
    pub row: &'a str,
    /// Whose secret it is: a user or organization, or a fixed word for the server's own.
    pub owner: &'a str,
}

/// What a store keeps: the envelope, and the id of the key-encryption key that opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The envelope.
    pub bytes: Vec<u8>,
    /// The key-encryption key.
    pub kek_id: String,
}

/// A data key is not in memory.
#[derive(Debug, thiserror::Error)]
#[error("no data key of the key-encryption key {kek_id} is held: {reason}")]
pub struct NoDataKey {
    /// The key that wraps it.
    pub kek_id: String,
    /// Why.
    pub reason: String,
}

/// Why an envelope was not made or did not open. Says nothing about the plaintext.
#[derive(Debug, thiserror::Error)]
pub enum SealingError {
    /// The key that sealed it is not among ours.
    #[error("the key-encryption key {kek_id} is not loaded")]
    UnknownKek {
        /// The missing key.
        kek_id: String,
    },
    /// It has sealed so often that two nonces might be the same.
    #[error(
        "the key-encryption key {kek_id} has sealed 2^32 times and seals nothing more: activate another one"
    )]
    Worn {
        /// The key.
        kek_id: String,
    },
    /// The data key that it is about is not in memory.
    #[error(transparent)]
    NoDataKey(Box<NoDataKey>),
    /// The first byte names no format of ours.
    #[error("the envelope has an unknown format version")]
    Version,
    /// It was altered, or stands where it was not sealed for.
    #[error("the envelope was altered, moved, or sealed by another key of the same name")]
    Refused(#[source] AeadError),
    /// Sealing failed.
    #[error("the envelope could not be made")]
    Unavailable(#[source] AeadError),
}

/// Seals a secret for the place where it will stand, with the active key.
pub fn seal(
    keyring: &Keyring,
    context: &Context<'_>,
    plaintext: &[u8],
    entropy: &dyn Entropy,
) -> Result<Sealed, SealingError> {
    let (kek_id, sealing_key) = keyring.sealing_key()?;
    let (head, data, key) = match sealing_key {
        SealingKey::Kek(key) => (vec![BY_KEK], additional_data(BY_KEK, &[&kek_id], context), key),
        SealingKey::DataKey(id, key) => {
            let id = id.as_str();
            let mut head = vec![BY_DATA_KEY, u8::try_from(id.len()).unwrap_or(u8::MAX)];
            head.extend_from_slice(id.as_bytes());
            (head, additional_data(BY_DATA_KEY, &[&kek_id, id], context), key)
        }
    };
    let message = aead::seal(&key, &data, plaintext, entropy).map_err(SealingError::Unavailable)?;
    Ok(Sealed {
        bytes: [head, message].concat(),
        kek_id,
    })
}

/// Opens an envelope that a store found at this place.
pub fn open(
    keyring: &Keyring,
    context: &Context<'_>,
    kek_id: &str,
    envelope: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealingError> {
    let (data, key, message) = match envelope.split_first() {
        Some((&BY_KEK, message)) => {
            let key = keyring.kek(kek_id)?;
            (additional_data(BY_KEK, &[kek_id], context), key, message)
        }
        Some((&BY_DATA_KEY, rest)) => {
            let (id, message) = named(rest).ok_or(SealingError::Refused(AeadError::Truncated))?;
            let key = keyring.data_key(kek_id, id)?;
            (additional_data(BY_DATA_KEY, &[kek_id, id], context), key, message)
        }
        _ => return Err(SealingError::Version),
    };
    aead::open(&key, &data, message).map_err(SealingError::Refused)
}

/// The id of the data key, and what follows it.
fn named(rest: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = rest.split_first()?;
    let (id, message) = rest.split_at_checked(usize::from(*length))?;
    Some((std::str::from_utf8(id).ok()?, message))
}

/// Each part stands behind its length, so that no two places have the same text.
fn additional_data(version: u8, keys: &[&str], context: &Context<'_>) -> Vec<u8> {
    let Context {
        table,
        column,
        row,
        owner,
    } = *context;
    let mut data = vec![version];
    for part in keys.iter().chain(&[table, column, row, owner]) {
        data.extend_from_slice(&(part.len() as u64).to_be_bytes());
        data.extend_from_slice(part.as_bytes());
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::entropy::SystemEntropy;

    const CONTEXT: Context<'_> = Context {
        table: "auth.secrets",
        column: "sealed",
        row: "row-1",
        owner: "owner-1",
    };

    fn keyring() -> Keyring {
        let key = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
        let other = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";
        Keyring::from_text(&format!("first:{key}\nsecond:{other}\ntwin:{key}\n")).unwrap()
    }

    #[test]
    fn a_sealed_secret_opens_where_it_was_sealed_for() {
        let keyring = keyring();
        let sealed = seal(&keyring, &CONTEXT, b"secret", &SystemEntropy).unwrap();
        assert_eq!(sealed.kek_id, "first");
        let opened = open(&keyring, &CONTEXT, &sealed.kek_id, &sealed.bytes).unwrap();
        assert_eq!(opened.as_slice(), b"secret");
        let again = seal(&keyring, &CONTEXT, b"secret", &SystemEntropy).unwrap();
        assert_ne!(again.bytes, sealed.bytes);
    }

    /// VA-01.
    #[test]
    fn no_byte_of_an_envelope_can_be_changed() {
        let keyring = keyring();
        let sealed = seal(&keyring, &CONTEXT, b"secret", &SystemEntropy).unwrap();
        for place in 0..sealed.bytes.len() {
            for bit in 0..8 {
                let mut altered = sealed.bytes.clone();
                altered[place] ^= 1 << bit;
                assert!(open(&keyring, &CONTEXT, &sealed.kek_id, &altered).is_err());
            }
            assert!(open(&keyring, &CONTEXT, &sealed.kek_id, &sealed.bytes[..place]).is_err());
        }
        let longer = [sealed.bytes.as_slice(), &[0]].concat();
        assert!(open(&keyring, &CONTEXT, &sealed.kek_id, &longer).is_err());
    }

    /// VA-01: also where the other id names the very same key.
    #[test]
    fn an_envelope_does_not_open_under_another_key_id() {
        let keyring = keyring();
        let sealed = seal(&keyring, &CONTEXT, b"secret", &SystemEntropy).unwrap();
        for id in ["second", "twin"] {
            let refused = open(&keyring, &CONTEXT, id, &sealed.bytes);
            assert!(matches!(refused, Err(SealingError::Refused(_))));
        }
        let refused = open(&keyring, &CONTEXT, "third", &sealed.bytes);
        assert!(matches!(refused, Err(SealingError::UnknownKek { kek_id }) if kek_id == "third"));
    }

    /// VA-02, with neighbours that would collide if parts were merely joined.
    #[test]
    fn an_envelope_does_not_open_elsewhere() {
        let keyring = keyring();
        let sealed = seal(&keyring, &CONTEXT, b"secret", &SystemEntropy).unwrap();
        let elsewhere = [
            Context {
                table: "auth.other",
                ..CONTEXT
            },
            Context {
                column: "other",
                ..CONTEXT
            },
            Context {
                row: "row-2",
                ..CONTEXT
            },
            Context {
                owner: "owner-2",
                ..CONTEXT
            },
            Context {
                row: "row-1o",
                owner: "wner-1",
                ..CONTEXT
            },
            Context {
                row: "owner-1",
                owner: "row-1",
                ..CONTEXT
            },
        ];
        for context in elsewhere {
            let refused = open(&keyring, &context, &sealed.kek_id, &sealed.bytes);
            assert!(matches!(refused, Err(SealingError::Refused(_))), "{context:?}");
        }
    }
}
