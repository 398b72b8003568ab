//! Owns the counting of requests by address, in bounded memory: addresses that have rested are forgotten, and while
//! there are too many of the others, new ones share counters.

use std::hash::BuildHasher as _;
use std::hash::RandomState;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock as _, MonotonicClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::client_ip::AddressKey;

/// After so many requests, addresses that have rested are forgotten.
const SWEEP_INTERVAL: u32 = 4096;
/// With more addresses than this, they are counted by a hash.
const MOST_ADDRESSES: usize = 50_000;
/// How many counters they share then.
const SHARED: u64 = 1 << 14;

/// What is counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Counter {
    Address(AddressKey),
    Shared(u64),
}

/// Counters of one rate.
pub(super) struct Counters {
    limiter: DefaultKeyedRateLimiter<Counter>,
    asked: AtomicU32,
    crowded: AtomicBool,
    most: usize,
    /// Drawn at random, so that nobody can choose whom they share a counter with.
    hash: RandomState,
}

impl Counters {
    pub(super) fn new(per_minute: NonZeroU32, burst: NonZeroU32) -> Self {
        Self {
            limiter: RateLimiter::keyed(Quota::per_minute(per_minute).allow_burst(burst)),
            asked: AtomicU32::new(0),
            crowded: AtomicBool::new(false),
            most: MOST_ADDRESSES,
            hash: RandomState::new(),
        }
    }

    /// Counts a request; how long to wait if it is one too many.
    pub(super) fn count(&self, address: AddressKey) -> Option<Duration> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP_INTERVAL == SWEEP_INTERVAL - 1 {
            self.sweep();
        }
        let counter = if self.crowded.load(Ordering::Relaxed) {
            Counter::Shared(self.hash.hash_one(address) % SHARED)
        } else {
            Counter::Address(address)
        };
        let refusal = self.limiter.check_key(&counter).err()?;
        Some(refusal.wait_time_from(MonotonicClock.now()))
    }

    fn sweep(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
        let crowded = self.limiter.len() > self.most;
        if self.crowded.swap(crowded, Ordering::Relaxed) != crowded && crowded {
            tracing::warn!(
                addresses = self.limiter.len(),
                "too many addresses ask at once: their rates are counted together"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::super::client_ip::ClientAddress;
    use super::*;

    #[test]
    fn any_number_of_addresses_has_a_bounded_number_of_counters() {
        let rate = NonZeroU32::new(1000).unwrap();
        let counters = Counters {
            most: 5_000,
            ..Counters::new(rate, rate)
        };
        for number in 0..200_000 {
            let address = IpAddr::V4(Ipv4Addr::from_bits(number));
            let _ = counters.count(ClientAddress(Some(address)).key());
        }
        let shared = usize::try_from(SHARED).unwrap();
        let sweep = usize::try_from(SWEEP_INTERVAL).unwrap();
        assert!(counters.limiter.len() <= 5_000 + sweep + shared);
        assert!(counters.crowded.load(Ordering::Relaxed));
    }
}
