//! Time that moves only when a test moves it.

use std::sync::Mutex;
use std::time::Duration;

use signet::base::clock::{Clock, Timestamp};

/// A clock that stands still until it is moved.
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// A clock that shows a fixed moment.
    pub fn new() -> Self {
        Self(Mutex::new(
            Timestamp::from_timestamp(1_800_000_000, 0).expect("a representable time"),
        ))
    }

    /// Moves it on.
    pub fn advance(&self, length: Duration) {
        let mut now = self.0.lock().expect("no test panicked here");
        *now += length;
    }

    /// Moves it back: a clock that was set wrong.
    pub fn turn_back(&self, length: Duration) {
        let mut now = self.0.lock().expect("no test panicked here");
        *now -= length;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("no test panicked here")
    }
}
