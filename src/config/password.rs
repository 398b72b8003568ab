//! Owns the cost of password hashing (RFC 9106) and how much of it may run at once.

use serde::{Deserialize, Serialize};

/// `[password]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordSettings {
    /// argon2id memory in KiB. Permits × memory should stay below half of the machine's.
    pub memory_kib: u32,
    /// argon2id passes.
    pub iterations: u32,
    /// argon2id lanes.
    pub parallelism: u32,
    /// Hashes computed at once; 0 means one per core.
    pub permits: usize,
    /// Logins that may wait for a permit; more are answered with 503.
    pub queue: usize,
}

impl Default for PasswordSettings {
    fn default() -> Self {
        Self {
            memory_kib: 19_456,
            iterations: 2,
            parallelism: 1,
            permits: 0,
            queue: 64,
        }
    }
}
