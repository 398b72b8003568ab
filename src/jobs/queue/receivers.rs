//! Owns how much is asked at once of one application's server, so that one that hangs holds up none of the others: a few
//! requests at a time, and none for a while after it has let one run out of time. In memory, per process; time is given.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::base::clock::{self, Clock, Timestamp};

/// The most requests at once.
const AT_ONCE: usize = 4;
/// How long a server is left alone that did not answer in time.
const REST: Duration = Duration::from_secs(30);

/// The servers that something is told to, by origin.
#[derive(Debug, Clone, Default)]
pub(super) struct Receivers(Arc<Mutex<HashMap<String, Receiver>>>);

#[derive(Debug)]
struct Receiver {
    turns: Arc<Semaphore>,
    left_alone_until: Option<Timestamp>,
}

impl Receiver {
    fn is_left_alone(&self, now: Timestamp) -> bool {
        self.left_alone_until.is_some_and(|until| now < until)
    }

    /// Somebody holds a turn of it, waits for one, or must not ask.
    fn matters(&self, now: Timestamp) -> bool {
        Arc::strong_count(&self.turns) > 1 || self.is_left_alone(now)
    }
}

/// Leave to ask a server once.
#[derive(Debug)]
pub(super) struct Turn {
    receivers: Receivers,
    origin: String,
    _permit: OwnedSemaphorePermit,
}

impl Receivers {
    /// Waits for leave to ask a server; none while it is left alone, also if that begins in the meantime.
    pub(super) async fn turn(&self, origin: &str, clock: &dyn Clock) -> Option<Turn> {
        let turns = {
            let (mut receivers, now) = (self.lock(), clock.now());
            receivers.retain(|_, receiver| receiver.matters(now));
            let receiver = receivers.entry(origin.to_owned()).or_insert_with(|| Receiver {
                turns: Arc::new(Semaphore::new(AT_ONCE)),
                left_alone_until: None,
            });
            if receiver.is_left_alone(now) {
                return None;
            }
            Arc::clone(&receiver.turns)
        };
        let permit = turns.acquire_owned().await.ok()?;
        let now = clock.now();
        let rests = |receiver: &Receiver| receiver.is_left_alone(now);
        if self.lock().get(origin).is_some_and(rests) {
            return None;
        }
        Some(Turn {
            receivers: self.clone(),
            origin: origin.to_owned(),
            _permit: permit,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Receiver>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// The server did not answer in time: it is left alone from now on.
    pub(super) fn ran_out_of_time(self, now: Timestamp) {
        if let Some(receiver) = self.receivers.lock().get_mut(&self.origin) {
            receiver.left_alone_until = Some(clock::after(now, REST));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct At(Timestamp);

    impl Clock for At {
        fn now(&self) -> Timestamp {
            self.0
        }
    }

    fn at(seconds: i64) -> At {
        At(Timestamp::from_timestamp(1_800_000_000 + seconds, 0).unwrap())
    }

    #[tokio::test]
    async fn a_server_that_hangs_is_left_alone_and_no_other() {
        let receivers = Receivers::default();
        let mut turns = Vec::new();
        for _ in 0..AT_ONCE {
            turns.push(receivers.turn("https://a.example", &at(0)).await.unwrap());
        }
        let clock = at(5);
        let waits = receivers.turn("https://a.example", &clock);
        let other = receivers.turn("https://b.example", &clock);
        turns.pop().unwrap().ran_out_of_time(clock.0);
        let (waited, other) = tokio::join!(waits, other);
        assert!(waited.is_none(), "whoever waited is told at once");
        assert!(other.is_some());
        assert!(receivers.turn("https://a.example", &at(34)).await.is_none());
        assert!(receivers.turn("https://a.example", &at(35)).await.is_some());
    }

    #[tokio::test]
    async fn what_matters_no_more_is_forgotten() {
        let receivers = Receivers::default();
        for number in 0..100 {
            drop(receivers.turn(&format!("https://{number}.example"), &at(0)).await);
        }
        assert_eq!(receivers.lock().len(), 1);
    }
}
