//! Owns what is demanded of passwords, the cost of hashing them (RFC 9106) and how much of that may run at once.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::ConfigError;

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
    /// The lowest score, 0 to 4, that a password has which a person chooses on a page (zxcvbn).
    pub lowest_score: u8,
    /// A file with the SHA-1 hashes of leaked passwords (`HASH:COUNT` a line, sorted); empty: none.
    pub breached_file: PathBuf,
}

impl Default for PasswordSettings {
    fn default() -> Self {
        Self {
            memory_kib: 19_456,
            iterations: 2,
            parallelism: 1,
            permits: 0,
            queue: 64,
            lowest_score: 2,
            breached_file: PathBuf::new(),
        }
    }
}

impl PasswordSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.lowest_score > 4 {
            return Err(ConfigError::OutOfRange {
                key: "password.lowest_score",
                advice: "0 to 4",
            });
        }
        let file = &self.breached_file;
        if file.as_os_str().is_empty() {
            return Ok(());
        }
        // A list that cannot be read would refuse every password.
        match std::fs::File::open(file) {
            Ok(_) => Ok(()),
            Err(source) => Err(ConfigError::SecretFile {
                key: "password.breached_file",
                path: file.clone(),
                source,
            }),
        }
    }
}
