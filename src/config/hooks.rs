//! Owns what is the same for all of the operators' hooks.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ConfigError;
use super::reach::ReachSetting;
use crate::base::reach::Reach;

/// The most events that can be kept.
const MOST_EVENTS: u32 = 100_000;

/// `[hooks]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HookSettings {
    /// Which addresses HTTP hooks may have.
    pub reach: ReachSetting,
    /// Every how many-th event is kept, for replays and for what shadows say; 0 keeps none.
    pub sample_every: u32,
    /// How many events are kept at most.
    pub keep_events: u32,
    /// How long, in hours.
    pub keep_hours: u32,
}

impl Default for HookSettings {
    fn default() -> Self {
        Self {
            reach: ReachSetting::Public,
            sample_every: 0,
            keep_events: 1000,
            keep_hours: 24,
        }
    }
}

impl HookSettings {
    /// Which addresses HTTP hooks may have.
    #[must_use]
    pub const fn reach(&self) -> Reach {
        self.reach.reach()
    }

    /// How long events are kept.
    #[must_use]
    pub fn kept_for(&self) -> Duration {
        Duration::from_secs(u64::from(self.keep_hours) * 60 * 60)
    }

    /// Refuses a table without bounds.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if (1..=MOST_EVENTS).contains(&self.keep_events) {
            Ok(())
        } else {
            Err(ConfigError::OutOfRange {
                key: "hooks.keep_events",
                advice: "1 to 100000; hooks.sample_every = 0 keeps none",
            })
        }
    }
}
