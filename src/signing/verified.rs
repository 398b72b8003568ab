//! Owns the memory of tokens whose signature was found right. One key set has one memory, so that a key that is
//! revoked takes with it all that it had signed. It does not know whether a token has expired or was revoked: its
//! caller asks that at every use.

use std::sync::Arc;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use serde_json::{Map, Value};

use crate::base::digest::{self, Digest};

/// The most tokens; one is two or three kilobytes.
const CAPACITY: u64 = 10_000;
/// The longest token that is remembered; ours have less than one kilobyte.
const LONGEST: usize = 4 * 1024;

/// Tokens by the digest of type and text.
pub(super) struct Verified {
    entries: Cache<Digest, Arc<Map<String, Value>>>,
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
        verify: impl FnOnce() -> Result<Map<String, Value>, E>,
    ) -> Result<Arc<Map<String, Value>>, E> {
        if token.len() > LONGEST {
            return verify().map(Arc::new);
        }
        let digest = digest::sha256(&[b"verified", typ.as_bytes(), token.as_bytes()]);
        if let Some(claims) = self.entries.get(&digest) {
            return Ok(claims);
        }
        let claims = Arc::new(verify()?);
        self.entries.insert(digest, Arc::clone(&claims));
        Ok(claims)
    }
}
