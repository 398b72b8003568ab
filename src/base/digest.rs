//! Owns SHA-256 and HMAC-SHA-256 of what we store or sign. Every digest has a purpose in its input, so that a value
//! minted for one use is unknown to every other.

use std::hash::{Hash, Hasher};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// 32 bytes of SHA-256 or HMAC-SHA-256; compared in constant time.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The bytes, as a store binds them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads what a store returned; anything but 32 bytes is not a digest.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        #[cfg(test)]
        counted::COMPARED.with(|count| count.set(count.get() + 1));
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Digest {}

impl Hash for Digest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Digest")
    }
}

/// SHA-256 of the parts, each preceded by its length so that no two splits collide.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> Digest {
    #[cfg(test)]
    counted::COMPUTED.with(|count| count.set(count.get() + 1));
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    Digest(hash.finalize().into())
}

/// Plain SHA-256, for what a specification defines as the hash of exactly these bytes.
#[must_use]
pub fn plain_sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Plain SHA-1, for lists of leaked passwords, which hold nothing else. It protects nothing here.
#[must_use]
pub fn plain_sha1(bytes: &[u8]) -> [u8; 20] {
    openssl::sha::sha1(bytes)
}

/// HMAC-SHA-256 of the parts, each preceded by its length.
#[must_use]
pub fn hmac_sha256(key: &[u8; 32], parts: &[&[u8]]) -> Digest {
    // A key shorter than the hash's block is zero-padded to it (RFC 2104 §2), so this is the key itself.
    let mut block = zeroize::Zeroizing::new([0_u8; 64]);
    for (padded, byte) in block.iter_mut().zip(key) {
        *padded = *byte;
    }
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    Digest(mac.finalize().into_bytes().into())
}

/// Plain HMAC-SHA-256 (RFC 2104) of the parts one after the other, for what a specification defines so.
#[must_use]
pub fn plain_hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = zeroize::Zeroizing::new([0_u8; 64]);
    let hashed = zeroize::Zeroizing::new(plain_sha256(key));
    let short = if key.len() > block.len() { &hashed[..] } else { key };
    for (padded, byte) in block.iter_mut().zip(short) {
        *padded = *byte;
    }
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// What this thread computed and compared: for tests that two ways are the same work, since time would tell of the
/// machine.
#[cfg(test)]
pub(crate) mod counted {
    use std::cell::Cell;

    thread_local! {
        pub(super) static COMPUTED: Cell<usize> = const { Cell::new(0) };
        pub(super) static COMPARED: Cell<usize> = const { Cell::new(0) };
    }

    /// How many digests a piece of work computes, and how many it compares.
    pub(crate) fn during(work: impl FnOnce()) -> (usize, usize) {
        let before = (COMPUTED.get(), COMPARED.get());
        work();
        (COMPUTED.get() - before.0, COMPARED.get() - before.1)
    }
}
