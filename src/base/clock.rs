//! Owns the reading of time. Server state uses the database's time: this clock keeps it as a monotonic instant of
//! this process plus an offset, measured at connect and at each version poll, so that neither a stepped system clock
//! nor two replicas that disagree can revive an expired row. It does not know how the database is asked.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

/// A point in time with microsecond precision, as PostgreSQL stores it.
pub type Timestamp = DateTime<Utc>;

/// How far a measurement may move the clock before the server calls itself not ready.
pub const LARGEST_JUMP: Duration = Duration::from_secs(2);

/// Where a request reads its one `now` from.
pub trait Clock: Send + Sync {
    /// The present, rounded to microseconds.
    fn now(&self) -> Timestamp;
}

/// The database's time, carried forward by this process's monotonic clock.
#[derive(Debug)]
pub struct DatabaseClock {
    base: Mutex<(Instant, Timestamp)>,
}

impl DatabaseClock {
    /// A clock that shows `now` at `instant`.
    #[must_use]
    pub const fn new(instant: Instant, now: Timestamp) -> Self {
        Self {
            base: Mutex::new((instant, now)),
        }
    }

    /// Takes a new measurement and says how far it moved the clock.
    pub fn adjust(&self, instant: Instant, measured: Timestamp) -> Duration {
        let mut base = self
            .base
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let expected = carry(*base, instant);
        *base = (instant, measured);
        (measured - expected).abs().to_std().unwrap_or(Duration::MAX)
    }
}

impl Clock for DatabaseClock {
    fn now(&self) -> Timestamp {
        let base = *self
            .base
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        carry(base, Instant::now()).trunc_subsecs(6)
    }
}

fn carry((instant, time): (Instant, Timestamp), now: Instant) -> Timestamp {
    time + TimeDelta::from_std(now.saturating_duration_since(instant)).unwrap_or(TimeDelta::zero())
}

/// `now` plus a length of time; saturates at the end of representable time.
#[must_use]
pub fn after(now: Timestamp, length: Duration) -> Timestamp {
    TimeDelta::from_std(length)
        .ok()
        .and_then(|delta| now.checked_add_signed(delta))
        .unwrap_or(Timestamp::MAX_UTC)
}

/// `now` minus a length of time; saturates at the beginning of representable time.
#[must_use]
pub fn before(now: Timestamp, length: Duration) -> Timestamp {
    TimeDelta::from_std(length)
        .ok()
        .and_then(|delta| now.checked_sub_signed(delta))
        .unwrap_or(Timestamp::MIN_UTC)
}
