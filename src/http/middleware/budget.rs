//! Owns how many bytes of bodies the whole process holds, whoever sent them, and how many of these for one address:
//! nobody fills the room that others need. Bytes count when they have arrived; an announced length reserves nothing. A
//! body that is waited for counts too, as what the waiting costs. What takes its time may hold a part of the room only,
//! so that a crowd of slow bodies leaves the rest to those that arrive at once, as honest forms do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::client_ip::AddressKey;

/// One address, or one /48 of IPv6, has this part of the whole.
const PART_OF_ONE_ADDRESS: usize = 4;

/// What takes its time has so many of [`PARTS`] of the whole.
const PARTS_OF_SLOW: usize = 3;
/// In how many parts the whole is divided for that.
const PARTS: usize = 4;

/// The room for bodies.
#[derive(Debug, Clone)]
pub struct BodyBudget(Arc<Room>);

#[derive(Debug)]
struct Room {
    bytes: usize,
    of_one_address: usize,
    of_slow: usize,
    held: Mutex<Held>,
}

/// What is held now. An address stands here only while it holds something, so that the table is bounded as the bytes
/// are.
#[derive(Debug, Default)]
struct Held {
    bytes: usize,
    slow: usize,
    by_address: HashMap<AddressKey, usize>,
}

impl BodyBudget {
    /// A room of so many bytes. One body of `largest` bytes fits in any.
    #[must_use]
    pub fn new(bytes: usize, largest: usize) -> Self {
        Self(Arc::new(Room {
            bytes: bytes.max(largest),
            of_one_address: (bytes / PART_OF_ONE_ADDRESS).max(largest),
            of_slow: (bytes / PARTS * PARTS_OF_SLOW).max(largest),
            held: Mutex::default(),
        }))
    }

    /// An empty share of one request.
    #[must_use]
    pub fn share(&self, address: AddressKey) -> Share {
        Share {
            room: Arc::clone(&self.0),
            address,
            bytes: 0,
            slow: false,
        }
    }
}

/// What one request holds; given back when dropped, also when its caller leaves.
#[derive(Debug)]
pub struct Share {
    room: Arc<Room>,
    address: AddressKey,
    bytes: usize,
    slow: bool,
}

impl Share {
    /// Takes room for more bytes; `false` if there is none.
    #[must_use]
    pub fn take(&mut self, bytes: usize) -> bool {
        let mut held = self.room.held.lock().unwrap_or_else(PoisonError::into_inner);
        let of_address = held.by_address.get(&self.address).copied().unwrap_or(0);
        if held.bytes + bytes > self.room.bytes
            || of_address + bytes > self.room.of_one_address
            || (self.slow && held.slow + bytes > self.room.of_slow)
        {
            return false;
        }
        held.bytes += bytes;
        if self.slow {
            held.slow += bytes;
        }
        held.by_address.insert(self.address, of_address + bytes);
        self.bytes += bytes;
        true
    }

    /// From now on it takes its time; `false` if there is no room for more that does.
    #[must_use]
    pub fn slow_down(&mut self) -> bool {
        let mut held = self.room.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.slow + self.bytes > self.room.of_slow {
            return false;
        }
        held.slow += self.bytes;
        self.slow = true;
        true
    }

    /// Gives some of it back.
    pub fn give_back(&mut self, bytes: usize) {
        let bytes = bytes.min(self.bytes);
        if bytes == 0 {
            return;
        }
        self.bytes -= bytes;
        let mut held = self.room.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.bytes = held.bytes.saturating_sub(bytes);
        if self.slow {
            held.slow = held.slow.saturating_sub(bytes);
        }
        let of_address = held.by_address.get(&self.address).copied().unwrap_or(0);
        if of_address > bytes {
            held.by_address.insert(self.address, of_address - bytes);
        } else {
            held.by_address.remove(&self.address);
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.give_back(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::super::client_ip::ClientAddress;
    use super::*;

    fn key(address: &str) -> AddressKey {
        ClientAddress(Some(address.parse().unwrap())).key()
    }

    #[test]
    fn one_address_leaves_room_for_others() {
        let budget = BodyBudget::new(400, 10);
        let mut greedy = budget.share(key("192.0.2.1"));
        let mut again = budget.share(key("192.0.2.1"));
        let mut other = budget.share(key("192.0.2.2"));
        assert!(greedy.take(60) && again.take(40));
        assert!(!again.take(1));
        assert!(other.take(100));
        drop(greedy);
        assert!(again.take(60));
        assert!(!again.take(1));
    }

    #[test]
    fn the_whole_is_bounded_and_given_back() {
        let budget = BodyBudget::new(400, 10);
        let addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"];
        let mut shares: Vec<Share> = addresses.map(|address| budget.share(key(address))).into();
        let taken = shares
            .iter_mut()
            .filter_map(|share| share.take(100).then_some(()));
        assert_eq!(taken.count(), 4);
        drop(shares);
        let held = budget.0.held.lock().unwrap();
        assert_eq!((held.bytes, held.slow, held.by_address.len()), (0, 0, 0));
    }

    #[test]
    fn what_takes_its_time_leaves_room_for_what_does_not() {
        let budget = BodyBudget::new(400, 10);
        let addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
        let mut crowd: Vec<Share> = addresses.map(|address| budget.share(key(address))).into();
        let slow = crowd
            .iter_mut()
            .filter_map(|share| (share.take(90) && share.slow_down()).then_some(()));
        assert_eq!(slow.count(), 3);
        drop(crowd.pop());
        let mut form = budget.share(key("192.0.2.5"));
        assert!(form.take(100) && !form.slow_down());
        drop(crowd);
        assert!(form.slow_down());
    }

    #[test]
    fn a_room_that_is_too_small_still_has_room_for_one() {
        assert!(BodyBudget::new(1, 10).share(key("192.0.2.1")).take(10));
    }
}
