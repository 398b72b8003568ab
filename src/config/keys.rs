//! Owns when signing keys change. Names with `_seconds` count seconds.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// `[keys]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeySettings {
    /// After how many days a key is replaced; 0 is never by itself.
    pub rotate_every_days: u64,
    /// A key signs at the earliest so long after it was published.
    pub published_seconds: u64,
    /// How long caches may serve the key set while they fetch it anew.
    pub stale_while_revalidate_seconds: u64,
    /// By how much clocks, and replicas that take over a change, may differ.
    pub skew_seconds: u64,
    /// Names of verifiers that a rotation waits for.
    pub verifiers: Vec<String>,
}

const DAY: u64 = 24 * 60 * 60;

impl Default for KeySettings {
    fn default() -> Self {
        Self {
            rotate_every_days: 0,
            published_seconds: DAY,
            stale_while_revalidate_seconds: 60,
            skew_seconds: 60,
            verifiers: Vec::new(),
        }
    }
}

impl KeySettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key, advice| Err(ConfigError::OutOfRange { key, advice });
        if self.rotate_every_days > 3650 {
            return wrong("keys.rotate_every_days", "0 to 3650; 0 is never");
        }
        if self.published_seconds > 90 * DAY {
            return wrong("keys.published_seconds", "0 to 7776000");
        }
        if self.stale_while_revalidate_seconds > DAY {
            return wrong("keys.stale_while_revalidate_seconds", "0 to 86400");
        }
        // A replica that does not see a change stops signing after ten seconds; clocks differ by two at most.
        if !(15..=3600).contains(&self.skew_seconds) {
            return wrong(
                "keys.skew_seconds",
                "15 to 3600: replicas take over a change within ten seconds",
            );
        }
        let is_name = |name: &String| {
            let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            (1..=64).contains(&name.len()) && name.bytes().all(letter)
        };
        if !self.verifiers.iter().all(is_name) {
            return wrong("keys.verifiers", "names of 1 to 64 of A-Z a-z 0-9 . _ -");
        }
        Ok(())
    }

    /// After how long a key is replaced, if it is by itself.
    #[must_use]
    pub fn rotate_every(&self) -> Option<Duration> {
        (self.rotate_every_days > 0).then(|| Duration::from_secs(self.rotate_every_days.saturating_mul(DAY)))
    }
}
