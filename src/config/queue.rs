//! Owns how much the queue holds, and how long what was given up is kept.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// `[queue]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueueSettings {
    /// The most jobs of one kind that wait; what comes beyond that is not done.
    pub most_waiting: u32,
    /// How many days jobs that were given up are kept.
    pub keep_dead_days: u32,
    /// How many of them at most.
    pub keep_dead: u32,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            most_waiting: 100_000,
            keep_dead_days: 30,
            keep_dead: 10_000,
        }
    }
}

impl QueueSettings {
    /// How long jobs that were given up are kept.
    #[must_use]
    pub fn kept_for(&self) -> Duration {
        Duration::from_hours(u64::from(self.keep_dead_days) * 24)
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key, advice| Err(ConfigError::OutOfRange { key, advice });
        if !(100..=1_000_000).contains(&self.most_waiting) {
            return wrong("queue.most_waiting", "100 to 1000000");
        }
        if !(1..=3650).contains(&self.keep_dead_days) {
            return wrong("queue.keep_dead_days", "1 to 3650");
        }
        if !(1..=100_000).contains(&self.keep_dead) {
            return wrong("queue.keep_dead", "1 to 100000");
        }
        Ok(())
    }
}
