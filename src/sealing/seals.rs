//! Owns how often each key-encryption key has sealed. Nonces are random, so that a key is good for 2^32 messages
//! (NIST SP 800-38D §8.3); whoever sealed as often must have another one by then. It counts in memory, and is told what all
//! processes have counted together.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// A key seals no more than this.
pub const MOST_SEALS: u64 = 1 << 32;

/// What was counted of each key, by its id.
#[derive(Debug, Default)]
pub struct Seals(Mutex<HashMap<String, Count>>);

#[derive(Debug, Default, Clone, Copy)]
struct Count {
    /// By all processes, as far as it was written down.
    written: u64,
    /// By this one since.
    since: u64,
}

impl Seals {
    /// Counts one more, if there may be one.
    pub(super) fn count(&self, kek_id: &str) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !counts.contains_key(kek_id) {
            counts.insert(kek_id.to_owned(), Count::default());
        }
        let Some(count) = counts.get_mut(kek_id) else {
            return false;
        };
        let may = count.written.saturating_add(count.since) < MOST_SEALS;
        count.since += u64::from(may);
        may
    }

    /// Takes what was counted here since it was last taken, to write it down.
    #[must_use]
    pub fn take(&self) -> Vec<(String, u64)> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = counts.iter_mut().filter(|(_, count)| count.since > 0);
        let taken = counted.map(|(kek_id, count)| {
            let since = std::mem::take(&mut count.since);
            // Until it is known what all have written together.
            count.written = count.written.saturating_add(since);
            (kek_id.clone(), since)
        });
        taken.collect()
    }

    /// Counts once more what could not be written down.
    pub fn give_back(&self, taken: &[(String, u64)]) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (kek_id, since) in taken {
            let count = counts.entry(kek_id.clone()).or_default();
            count.written = count.written.saturating_sub(*since);
            count.since = count.since.saturating_add(*since);
        }
    }

    /// Notes what all processes have written down together.
    pub fn note(&self, written: &[(String, u64)]) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (kek_id, written) in written {
            counts.entry(kek_id.clone()).or_default().written = *written;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(times: u64) -> Vec<(String, u64)> {
        vec![("one".to_owned(), times)]
    }

    #[test]
    fn what_was_not_written_down_is_counted_on() {
        let seals = Seals::default();
        assert!(seals.count("one") && seals.count("one"));
        let taken = seals.take();
        assert_eq!((taken.as_slice(), seals.take().len()), (one(2).as_slice(), 0));
        seals.give_back(&taken);
        assert!(seals.count("one"));
        assert_eq!(seals.take(), one(3));
    }

    /// VA-06.
    #[test]
    fn a_key_seals_its_last_time_once() {
        let seals = Seals::default();
        seals.note(&one(MOST_SEALS - 1));
        assert!(seals.count("one"));
        assert!(!seals.count("one"));
        assert_eq!(seals.take(), one(1));
        assert!(!seals.count("one"), "what was taken counts until more is known");
        assert!(seals.count("two"));
    }
}
