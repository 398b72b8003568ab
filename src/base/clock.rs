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
    /// A clock that shows `now` at `instant`: the one at which the answer came, so that it is never ahead.
    #[must_use]
    pub const fn new(instant: Instant, now: Timestamp) -> Self {
        Self {
            state: Mutex::new(State {
                base: (instant, now),
                last: now,
            }),
        }
    }

    /// Takes a new measurement, which the database made at an unknown instant between question and answer, and says how
    /// far the clock was outside of what it allows. Within, the clock stays as it is; else it shows at the answer what
    /// was measured, so that it is behind by at most the way back, and never ahead: a verifier that forgives nothing
    /// would refuse a token from the future.
    pub fn adjust(&self, asked: Instant, answered: Instant, measured: Timestamp) -> Duration {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = carry(state.base, answered);
        let latest = carry((asked, measured), answered);
        // Negative, where the clock is within.
        let Ok(jump) = (measured - shown).max(shown - latest).to_std() else {
            return Duration::ZERO;
        };
        state.base = (answered, measured);
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

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    /// The database's time at the answer to a question that took an hour, if that was made at its beginning.
    fn measured() -> (Instant, Instant, Timestamp) {
        let asked = Instant::now();
        (asked, asked + HOUR, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_clock_within_what_a_slow_answer_allows_stays_as_it_is() {
        let (asked, answered, time) = measured();
        for ahead in [Duration::ZERO, HOUR / 2, HOUR] {
            let clock = DatabaseClock::new(answered, after(time, ahead));
            assert_eq!(clock.adjust(asked, answered, time), Duration::ZERO);
            assert_eq!(clock.now(), after(time, ahead), "the answer is yet to come");
        }
    }

    #[test]
    fn a_clock_that_is_behind_or_ahead_takes_the_time_that_it_is_at_least() {
        let (asked, answered, time) = measured();
        for shown in [before(time, HOUR), after(time, 2 * HOUR)] {
            let clock = DatabaseClock::new(answered, shown);
            assert_eq!(clock.adjust(asked, answered, time), HOUR);
            assert_eq!(clock.now(), time);
        }
    }
}
