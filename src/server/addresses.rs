//! Owns how many connections one address has: whoever opens them without end fills their own part, and not the places of
//! others. Proxies that configuration trusts speak for many, and have no such bound.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use metrics::counter;
use tracing::warn;

use crate::http::middleware::client_ip::{AddressKey, ClientAddress, TrustedProxies};

/// Connections that were closed at once, since their address had its part.
const REFUSED: &str = "signet_connections_refused_total";

/// The connections of each address (one /64 of IPv6). It is as large as the listener's places are many.
pub(super) struct Addresses {
    most: usize,
    exempt: TrustedProxies,
    open: Mutex<HashMap<AddressKey, Open>>,
}

#[derive(Debug, Default)]
struct Open {
    count: usize,
    /// Whether it has been told of that this address had too many.
    told: bool,
}

/// A connection's place; given back when dropped.
pub(super) struct Place {
    addresses: Arc<Addresses>,
    key: Option<AddressKey>,
}

impl Addresses {
    pub(super) fn new(most: usize, exempt: TrustedProxies) -> Self {
        Self {
            most,
            exempt,
            open: Mutex::default(),
        }
    }

    /// A place for this peer; none if its address has as many as it may.
    pub(super) fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        if self.exempt.trusts(peer) {
            return Some(self.place(None));
        }
        let key = ClientAddress(Some(peer)).key();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let of_address = open.entry(key).or_default();
        if of_address.count < self.most {
            of_address.count += 1;
            drop(open);
            return Some(self.place(Some(key)));
        }
        let told = std::mem::replace(&mut of_address.told, true);
        drop(open);
        counter!(REFUSED).increment(1);
        if !told {
            warn!(
                %peer,
                connections = self.most,
                "an address has as many connections as listen.max_connections_per_address lets it; further ones are \
                 closed. If this is a proxy of yours, name it in listen.trusted_proxies"
            );
        }
        None
    }

    fn place(self: &Arc<Self>, key: Option<AddressKey>) -> Place {
        Place {
            addresses: Arc::clone(self),
            key,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(key) = self.key else { return };
        let mut open = self.addresses.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_address) = open.get_mut(&key) {
            of_address.count = of_address.count.saturating_sub(1);
            if of_address.count == 0 {
                open.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(exempt: &[&str]) -> Arc<Addresses> {
        Arc::new(Addresses::new(2, TrustedProxies::parse(exempt).unwrap()))
    }

    fn admitted(addresses: &Arc<Addresses>, peer: &str) -> Option<Place> {
        addresses.admit(peer.parse().unwrap())
    }

    #[test]
    fn an_address_has_its_part_and_no_more() {
        let addresses = addresses(&[]);
        let first = admitted(&addresses, "2001:db8::1");
        let _second = admitted(&addresses, "2001:db8::2");
        assert!(admitted(&addresses, "2001:db8::3").is_none());
        let _elsewhere = admitted(&addresses, "2001:db8:0:1::1").unwrap();
        let _another = admitted(&addresses, "192.0.2.1").unwrap();
        drop(first);
        assert!(admitted(&addresses, "2001:db8::3").is_some());
    }

    #[test]
    fn who_has_left_is_forgotten() {
        let addresses = addresses(&[]);
        for host in 1..=100 {
            drop(admitted(&addresses, &format!("192.0.2.{host}")));
        }
        assert!(addresses.open.lock().unwrap().is_empty());
    }

    #[test]
    fn a_trusted_proxy_has_any_number() {
        let addresses = addresses(&["10.0.0.0/8"]);
        let places: Vec<_> = (0..10)
            .filter_map(|_| admitted(&addresses, "::ffff:10.1.2.3"))
            .collect();
        assert_eq!(places.len(), 10);
    }
}
