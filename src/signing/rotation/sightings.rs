//! Owns what this process has seen of who fetches the key set since it last wrote it down: a bounded number of verifiers,
//! each of a fixed size. Noting one costs a look-up in memory; the database is asked by a job.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use super::verifier::{BUCKETS, bucket};
use crate::base::clock::Timestamp;

/// The most verifiers between two writings, beside those that configuration lists.
const MOST: usize = 1024;
/// The longest name and the longest product.
const LONGEST: usize = 64;

/// Who fetches: by a name of its own, else by product and network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fetcher<'a> {
    /// `?verifier=NAME`.
    Named(&'a str),
    /// The first product of the user agent, and the /24 (of IPv6 the /48) that it comes from.
    Seen {
        /// The product.
        product: &'a str,
        /// Any address of the network.
        address: Option<IpAddr>,
    },
}

/// What was seen of one verifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sighting {
    pub(super) name: String,
    pub(super) named: bool,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    pub(super) fetches: i64,
    pub(super) intervals: [i64; BUCKETS],
}

/// What was seen of all.
#[derive(Debug, Default)]
pub struct Sightings {
    listed: Vec<String>,
    seen: Mutex<HashMap<u64, Sighting>>,
    hash: RandomState,
}

impl<'a> Fetcher<'a> {
    /// Reads who asks, from the query and the headers. What has not the form of a name is none.
    #[must_use]
    pub fn read(query: Option<&'a str>, user_agent: Option<&'a str>, address: Option<IpAddr>) -> Self {
        let mut parameters = query.unwrap_or_default().split('&');
        let named = parameters.find_map(|parameter| parameter.strip_prefix("verifier="));
        if let Some(name) = named.filter(|name| is_name(name)) {
            return Self::Named(name);
        }
        let agent = user_agent.unwrap_or_default();
        let product = agent.split(['/', ' ']).next().unwrap_or_default();
        Self::Seen {
            product: if is_name(product) { product } else { "unknown" },
            address: address.map(network),
        }
    }

    fn to_name(self) -> String {
        match self {
            Self::Named(name) => name.to_owned(),
            Self::Seen { product, address } => {
                let length = if address.is_some_and(|address| address.is_ipv6()) {
                    48
                } else {
                    24
                };
                address.map_or_else(
                    || format!("{product} unknown network"),
                    |address| format!("{product} {address}/{length}"),
                )
            }
        }
    }
}

impl Sightings {
    /// Nobody has come yet. Those that are listed always have room: made-up names must not keep a fetch from being seen
    /// that a rotation waits for.
    #[must_use]
    pub fn new(listed: Vec<String>) -> Self {
        Self {
            listed,
            ..Self::default()
        }
    }

    /// Notes that somebody fetched the set.
    pub fn note(&self, fetcher: Fetcher<'_>, now: Timestamp) {
        let key = self.hash.hash_one(fetcher);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sighting) = seen.get_mut(&key) {
            let interval = (now - sighting.last).to_std().unwrap_or_default();
            if let Some(count) = sighting.intervals.get_mut(bucket(interval)) {
                *count = count.saturating_add(1);
            }
            sighting.last = sighting.last.max(now);
            sighting.fetches = sighting.fetches.saturating_add(1);
        } else if seen.len() < MOST || self.is_listed(fetcher) {
            seen.insert(
                key,
                Sighting {
                    name: fetcher.to_name(),
                    named: matches!(fetcher, Fetcher::Named(_)),
                    first: now,
                    last: now,
                    fetches: 1,
                    intervals: [0; BUCKETS],
                },
            );
        }
    }

    fn is_listed(&self, fetcher: Fetcher<'_>) -> bool {
        matches!(fetcher, Fetcher::Named(name) if self.listed.iter().any(|listed| listed == name))
    }

    /// Whether nobody came.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_empty()
    }

    /// Takes what was seen, to write it down.
    pub(super) fn take(&self) -> Vec<Sighting> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *seen).into_values().collect()
    }
}

fn is_name(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// The network around an address: a /24, of IPv6 a /48.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4((address.to_bits() & !0xff).into()),
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 80 << 80).into()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::base::clock;

    fn at(seconds: u64) -> Timestamp {
        clock::after(Timestamp::UNIX_EPOCH, Duration::from_secs(seconds))
    }

    #[test]
    fn a_verifier_is_known_by_its_name_else_by_product_and_network() {
        let address = Some("192.0.2.77".parse().unwrap());
        let six = Some("2001:db8:1:2::3".parse().unwrap());
        for (query, agent, address, expected) in [
            (Some("verifier=shop-api"), Some("jose/5"), address, "shop-api"),
            (Some("a=b&verifier=shop-api"), None, None, "shop-api"),
            (None, Some("jose/5.1 (node)"), address, "jose 192.0.2.0/24"),
            (
                Some("verifier=a%20b"),
                Some("okhttp"),
                six,
                "okhttp 2001:db8:1::/48",
            ),
            (
                Some("verifier="),
                Some("Ünknown/1"),
                None,
                "unknown unknown network",
            ),
            (None, None, address, "unknown 192.0.2.0/24"),
        ] {
            assert_eq!(Fetcher::read(query, agent, address).to_name(), expected);
        }
        let long = format!("verifier={}", "a".repeat(65));
        assert!(matches!(
            Fetcher::read(Some(&long), None, None),
            Fetcher::Seen { .. }
        ));
    }

    #[test]
    fn intervals_are_counted_and_any_number_of_names_takes_a_bounded_room() {
        let sightings = Sightings::default();
        for seconds in [0, 300, 600, 600 + 86_400 * 3] {
            sightings.note(Fetcher::Named("shop"), at(seconds));
        }
        let taken = sightings.take();
        let [shop] = &taken[..] else { panic!("{taken:?}") };
        assert_eq!(
            (shop.fetches, shop.intervals[9], shop.intervals[BUCKETS - 1]),
            (4, 2, 1)
        );
        assert!(sightings.take().is_empty());
        for number in 0..10_000 {
            sightings.note(Fetcher::Named(&format!("n{number}")), at(0));
        }
        assert_eq!(sightings.take().len(), MOST);
    }

    #[test]
    fn a_listed_verifier_has_room_beside_any_number_of_made_up_names() {
        let sightings = Sightings::new(vec!["shop".to_owned()]);
        for number in 0..10_000 {
            sightings.note(Fetcher::Named(&format!("n{number}")), at(0));
        }
        sightings.note(Fetcher::Named("shop"), at(1));
        let taken = sightings.take();
        assert_eq!(taken.len(), MOST + 1);
        assert!(taken.iter().any(|sighting| sighting.name == "shop"));
    }
}
