//! Owns how many bytes of bodies the whole process holds, whoever sent them, and how many of these for one address:
//! nobody fills the room that others need. Bytes count when they have arrived; an announced length reserves nothing. A
//! body that is waited for counts too, as what the waiting costs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::client_ip::AddressKey;

/// One address, or one /48 of IPv6, has this part of the whole.
const PART_OF_ONE_ADDRESS: usize = 4;

/// The room for bodies.
#[derive(Debug, Clone)]
pub struct BodyBudget(Arc<Room>);

#[derive(Debug)]
struct Room {
    bytes: usize,
    of_one_address: usize,
    held: Mutex<Held>,
}

/// What is held now. An address stands here only while it holds something, so that the table is bounded as the bytes
/// are.
#[derive(Debug, Default)]
struct Held {
    bytes: usize,
    by_address: HashMap<AddressKey, usize>,
}

impl BodyBudget {
    /// A room of so many bytes. One body of `largest` bytes fits in any.
    #[must_use]
    pub fn new(bytes: usize, largest: usize) -> Self {
        Self(Arc::new(Room {
            bytes: bytes.max(largest),
            of_one_address: (bytes / PART_OF_ONE_ADDRESS).max(largest),
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
        }
    }
}

/// What one request holds; given back when dropped, also when its caller leaves.
#[derive(Debug)]
pub struct Share {
    room: Arc<Room>,
    address: AddressKey,
    bytes: usize,
}

impl Share {
    /// Takes room for more bytes; `false` if there is none.
    #[must_use]
    pub fn take(&mut self, bytes: usize) -> bool {
        let mut held = self.room.held.lock().unwrap_or_else(PoisonError::into_inner);
        let of_address = held.by_address.get(&self.address).copied().unwrap_or(0);
        if held.bytes + bytes > self.room.bytes || of_address + bytes > self.room.of_one_address {
            return false;
        }
        held.bytes += bytes;
        held.by_address.insert(self.address, of_address + bytes);
        self.bytes += bytes;
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
        assert_eq!((held.bytes, held.by_address.len()), (0, 0));
    }

    #[test]
    fn a_room_that_is_too_small_still_has_room_for_one() {
        assert!(BodyBudget::new(1, 10).share(key("192.0.2.1")).take(10));
    }
}
