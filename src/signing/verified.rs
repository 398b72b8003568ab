//! Owns the memory of tokens whose signature was found right. One key set has one memory, so that a key that is
//! revoked takes with it all that it had signed. It does not know whether a token has expired or was revoked: its
//! caller asks that at every use.

use std::sync::Arc;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use serde_json::{Map, Value};

use super::rotation::KeyUse;
use crate::base::digest::{self, Digest};

/// The most tokens; one is two or three kilobytes.
const CAPACITY: u64 = 10_000;
/// The longest token that is remembered; ours have less than one kilobyte.
const LONGEST: usize = 4 * 1024;

/// What a right signature was found over, and where it is counted that its key verified.
pub(super) struct Found {
    pub(super) claims: Map<String, Value>,
    pub(super) used: Arc<KeyUse>,
}

/// The same, remembered.
#[derive(Clone)]
struct Remembered {
    claims: Arc<Map<String, Value>>,
    used: Arc<KeyUse>,
}

/// Tokens by the digest of type and text.
pub(super) struct Verified {
    entries: Cache<Digest, Remembered>,
}

impl Verified {
    pub(super) fn new() -> Self {
        Self {
            // What was not presented for the longest time goes first: it is what has expired.
            entries: Cache::builder()
                .max_capacity(CAPACITY)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
        }
    }

    /// The claims of the token if it is remembered as one of this type; else what `verify` says, remembered if that
    /// is a success.
    pub(super) fn recall<E>(
        &self,
        token: &str,
        typ: &str,
        verify: impl FnOnce() -> Result<Found, E>,
    ) -> Result<Arc<Map<String, Value>>, E> {
        if token.len() > LONGEST {
            return verify().map(|found| found.remembered().counted());
        }
        let digest = digest::sha256(&[b"verified", typ.as_bytes(), token.as_bytes()]);
        if let Some(remembered) = self.entries.get(&digest) {
            return Ok(remembered.counted());
        }
        let remembered = verify()?.remembered();
        self.entries.insert(digest, remembered.clone());
        Ok(remembered.counted())
    }
}

impl Found {
    fn remembered(self) -> Remembered {
        Remembered {
            claims: Arc::new(self.claims),
            used: self.used,
        }
    }
}

impl Remembered {
    fn counted(self) -> Arc<Map<String, Value>> {
        self.used.verified();
        self.claims
    }
}
