//! Owns how work of each kind is done: how much at once, how long an attempt may take, when it is tried again, and when
//! it is given up.

use std::time::Duration;

use super::job::JobKind;
use crate::base::entropy::{self, Entropy};

/// What an attempt's lease lasts beyond its time: whoever ends it in time has written that down by then.
const GRACE: Duration = Duration::from_secs(30);

/// How work of a kind is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    /// The most at once in one process.
    pub at_once: usize,
    /// The longest that an attempt takes.
    pub timeout: Duration,
    /// After how many attempts it is given up.
    pub attempts: i32,
    /// How long it is tried at most.
    pub longest_age: Duration,
    first_delay: Duration,
    longest_delay: Duration,
}

impl Lane {
    /// The lane of a kind.
    #[must_use]
    pub const fn of(kind: JobKind) -> Self {
        match kind {
            // A server that greylists wants some minutes; one that is down over night wants the morning.
            JobKind::Mail => Self {
                at_once: 4,
                timeout: Duration::from_mins(1),
                attempts: 60,
                longest_age: Duration::from_hours(24),
                first_delay: Duration::from_secs(10),
                longest_delay: Duration::from_mins(30),
            },
        }
    }

    /// For how long whoever begins an attempt has it for themselves.
    #[must_use]
    pub const fn lease(&self) -> Duration {
        self.timeout.saturating_add(GRACE)
    }

    /// How long to wait after so many attempts: twice as long each time, up to the longest, and a random part of it, so
    /// that what failed at one moment does not all come back at another.
    pub(super) fn delay(&self, attempts: i32, entropy: &dyn Entropy) -> Duration {
        let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(20);
        let full = self
            .first_delay
            .saturating_mul(1 << doublings)
            .min(self.longest_delay);
        let half = full / 2;
        // Between half of it and all of it.
        let drawn = u32::from(u16::from_be_bytes(entropy::bytes::<2>(entropy)));
        half.saturating_add(half.saturating_mul(drawn) / u32::from(u16::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::entropy::SystemEntropy;

    #[test]
    fn delays_grow_up_to_the_longest_and_differ() {
        let lane = Lane::of(JobKind::Mail);
        let mut drawn = Vec::new();
        for attempt in [1, 2, 3, 8, 9, 60, i32::MAX] {
            let delay = lane.delay(attempt, &SystemEntropy);
            let full = Duration::from_secs(10 << (attempt - 1).min(20)).min(lane.longest_delay);
            assert!((full / 2..=full).contains(&delay), "{attempt}: {delay:?}");
            drawn.push(lane.delay(60, &SystemEntropy));
        }
        drawn.dedup();
        assert!(drawn.len() > 1, "{drawn:?}");
    }

    #[test]
    fn attempts_fill_the_time_that_a_job_is_tried() {
        let lane = Lane::of(JobKind::Mail);
        let most: Duration = (1..lane.attempts).map(|attempt| lane.delay(attempt, &Most)).sum();
        assert!(most > lane.longest_age, "{most:?}");
    }

    struct Most;

    impl Entropy for Most {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0xff);
        }
    }
}
