//! Owns the reading of time. Server state uses the database's time: this clock keeps it as a monotonic instant of
//! this process plus an offset, measured at connect and at each version poll, so that neither a stepped system clock
//! nor two replicas that disagree can revive an expired row. It does not know how the database is asked.

use std::sync::{Mutex, PoisonError};
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

/// The database's time, carried forward by this process's monotonic clock. It never goes back by less than
/// [`LARGEST_JUMP`]: a measurement that is a little behind makes it stand still until time has caught up.
#[derive(Debug)]
pub struct DatabaseClock {
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    base: (Instant, Timestamp),
    last: Timestamp,
}

impl DatabaseClock {
    /// A clock that shows `now` at `instant`.
    #[must_use]
    pub const fn new(instant: Instant, now: Timestamp) -> Self {
        Self {
            state: Mutex::new(State {
                base: (instant, now),
                last: now,
            }),
        }
    }

    /// Takes a new measurement and says how far it moved the clock.
    pub fn adjust(&self, instant: Instant, measured: Timestamp) -> Duration {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let jump = (measured - carry(state.base, instant))
            .abs()
            .to_std()
            .unwrap_or(Duration::MAX);
        state.base = (instant, measured);
        if jump > LARGEST_JUMP {
            state.last = measured;
        }
        jump
    }
}

impl Clock for DatabaseClock {
    fn now(&self) -> Timestamp {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = carry(state.base, Instant::now()).trunc_subsecs(6).max(state.last);
        state.last = now;
        now
    }
}

/// This machine's own clock, for a command that speaks to no database: its time only meets other machines' clocks.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "no server state depends on it")]
    fn now(&self) -> Timestamp {
        Utc::now().trunc_subsecs(6)
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
