//! Owns the client's address: the peer's, unless the peer is a proxy that configuration trusts. A header from anybody
//! else says nothing, and is told of: it may be a proxy that was forgotten, whose clients then share every limit. Limits
//! are kept per address for IPv4, and per /64 and /48 for IPv6, in one spelling.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{ConnectInfo, Request};
use http::HeaderMap;
use ipnet::IpNet;
use metrics::counter;

use super::forwarded;
pub use super::forwarded::ForwardedHeader;

/// Requests whose peer named somebody else and is not believed.
pub const UNTRUSTED: &str = "signet_http_untrusted_forwards_total";

/// Which peers may say whom they speak for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum TrustedProxies {
    /// None: the peer is the client.
    #[default]
    None,
    /// Every request comes through this many proxies, each of which appends one entry.
    Hops(usize),
    /// Proxies in these networks.
    Networks(Vec<IpNet>),
}

/// A text that is neither an address nor a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is neither an address nor a network such as 10.0.0.0/8")]
pub struct InvalidNetwork(String);

impl TrustedProxies {
    /// Reads addresses and networks (CIDR); none of them is [`TrustedProxies::None`].
    pub fn parse<T: AsRef<str>>(texts: &[T]) -> Result<Self, InvalidNetwork> {
        let networks: Vec<IpNet> = texts
            .iter()
            .map(|text| network(text.as_ref()))
            .collect::<Result<_, _>>()?;
        Ok(if networks.is_empty() {
            Self::None
        } else {
            Self::Networks(networks)
        })
    }
}

impl TrustedProxies {
    /// Whether this peer may say whom it speaks for.
    #[must_use]
    pub fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        match self {
            Self::None | Self::Hops(0) => false,
            Self::Hops(_) => true,
            Self::Networks(networks) => networks.iter().any(|network| network.contains(&peer)),
        }
    }
}

/// Who is believed, and what of theirs.
#[derive(Debug, Default)]
pub struct Proxies {
    trusted: TrustedProxies,
    header: ForwardedHeader,
    /// Whether a peer that is not believed has been told of.
    told: AtomicBool,
}

impl Proxies {
    /// These proxies, by this header.
    #[must_use]
    pub const fn new(trusted: TrustedProxies, header: ForwardedHeader) -> Self {
        Self {
            trusted,
            header,
            told: AtomicBool::new(false),
        }
    }

    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.trusted.trusts(peer) && forwarded::is_said(headers) {
            self.tell_of(peer);
        }
        client_address(peer, headers, self.header, &self.trusted)
    }

    /// Counts every time, and tells once.
    fn tell_of(&self, peer: IpAddr) {
        counter!(UNTRUSTED).increment(1);
        if !self.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                peer = %peer,
                "somebody who is no trusted proxy says whom they speak for, and is not believed. If this is a proxy of \
                 yours, name it in listen.trusted_proxies: until then all of its clients share one limit"
            );
        }
    }
}

fn network(text: &str) -> Result<IpNet, InvalidNetwork> {
    text.parse::<IpNet>()
        .or_else(|_| {
            text.parse::<IpAddr>()
                .map(|address| address.to_canonical().into())
        })
        .map_err(|_| InvalidNetwork(text.to_owned()))
}

/// The client's address, among a request's extensions; none if the request came through no socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClientAddress(pub Option<IpAddr>);

/// What limits are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressKey(IpAddr);

impl ClientAddress {
    /// The key that limits are counted by. Unknown addresses share one.
    #[must_use]
    pub fn key(self) -> AddressKey {
        match self.canonical() {
            address @ IpAddr::V4(_) => AddressKey(address),
            IpAddr::V6(address) => AddressKey(network_of(address, 4)),
        }
    }

    /// The /48 around an address of IPv6: all of it may be one customer's.
    #[must_use]
    pub fn site(self) -> Option<AddressKey> {
        match self.canonical() {
            IpAddr::V4(_) => None,
            IpAddr::V6(address) => Some(AddressKey(network_of(address, 3))),
        }
    }

    /// The widest of the two.
    #[must_use]
    pub fn widest(self) -> AddressKey {
        self.site().unwrap_or_else(|| self.key())
    }

    fn canonical(self) -> IpAddr {
        self.0.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical()
    }
}

/// The network of the first groups of 16 bits.
fn network_of(address: Ipv6Addr, groups: u32) -> IpAddr {
    let host = u128::BITS - 16 * groups;
    IpAddr::V6(Ipv6Addr::from_bits((address.to_bits() >> host) << host))
}

/// Notes the client's address.
pub(super) fn identify(proxies: &Proxies, request: &mut Request) {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|connection| connection.0.ip());
    let address = peer.map(|peer| proxies.client(peer, request.headers()));
    request.extensions_mut().insert(ClientAddress(address));
}

/// The address of who speaks through this peer.
#[must_use]
pub fn client_address(
    peer: IpAddr,
    headers: &HeaderMap,
    header: ForwardedHeader,
    trusted: &TrustedProxies,
) -> IpAddr {
    let peer = peer.to_canonical();
    if !trusted.trusts(peer) {
        return peer;
    }
    let hops = forwarded::hops(headers, header);
    match trusted {
        TrustedProxies::None => peer,
        // Fewer entries than proxies: somebody came round them, and is whom we see.
        TrustedProxies::Hops(count) => hops.get(count - 1).copied().flatten().unwrap_or(peer),
        TrustedProxies::Networks(_) => {
            let mut nearest = peer;
            for hop in hops {
                if !trusted.trusts(nearest) {
                    break;
                }
                // An entry that is no address hides everything beyond it.
                let Some(address) = hop else { break };
                nearest = address;
            }
            nearest
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str], trusted: &TrustedProxies) -> String {
        let headers = forwarded
            .iter()
            .map(|value| {
                (
                    http::HeaderName::from_static("x-forwarded-for"),
                    http::HeaderValue::from_str(value).unwrap(),
                )
            })
            .collect();
        let header = ForwardedHeader::XForwardedFor;
        client_address(peer.parse().unwrap(), &headers, header, trusted).to_string()
    }

    #[test]
    fn nobody_is_trusted_by_default() {
        assert_eq!(
            client("10.0.0.1", &["1.2.3.4"], &TrustedProxies::None),
            "10.0.0.1"
        );
        assert_eq!(client("::ffff:10.0.0.1", &[], &TrustedProxies::None), "10.0.0.1");
    }

    #[test]
    fn hops_are_counted_from_the_nearest() {
        let two = TrustedProxies::Hops(2);
        assert_eq!(
            client("10.0.0.1", &["6.6.6.6, 1.2.3.4, 10.0.0.2"], &two),
            "1.2.3.4"
        );
        assert_eq!(
            client("10.0.0.1", &["6.6.6.6", "1.2.3.4", "10.0.0.2"], &two),
            "1.2.3.4"
        );
        assert_eq!(client("10.0.0.1", &["1.2.3.4"], &two), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["unknown, 10.0.0.2"], &two), "10.0.0.1");
    }

    #[test]
    fn networks_are_walked_until_a_stranger() {
        let trusted =
            TrustedProxies::Networks(vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]);
        assert_eq!(client("9.9.9.9", &["1.2.3.4"], &trusted), "9.9.9.9");
        assert_eq!(
            client("10.0.0.1", &["6.6.6.6, 1.2.3.4, 10.0.0.2"], &trusted),
            "1.2.3.4"
        );
        assert_eq!(
            client("10.0.0.1", &["1.2.3.4, garbage, 10.0.0.2"], &trusted),
            "10.0.0.2"
        );
        assert_eq!(client("10.0.0.1", &["10.0.0.3, 10.0.0.2"], &trusted), "10.0.0.3");
        assert_eq!(client("fd00::1", &["[2001:db8::7]:443"], &trusted), "2001:db8::7");
        assert_eq!(client("10.0.0.1", &[], &trusted), "10.0.0.1");
    }

    #[test]
    fn only_addresses_and_networks_are_read() {
        assert_eq!(TrustedProxies::parse::<&str>(&[]), Ok(TrustedProxies::None));
        assert!(TrustedProxies::parse(&["10.0.0.0/33"]).is_err());
        assert!(TrustedProxies::parse(&["proxy.example"]).is_err());
    }

    #[test]
    fn one_network_is_one_key() {
        let key = |text: &str| ClientAddress(Some(text.parse().unwrap())).key();
        assert_eq!(key("2001:db8:0:1::7"), key("2001:0db8:0:1:ffff::1"));
        assert_ne!(key("2001:db8:0:1::7"), key("2001:db8:0:2::7"));
        assert_eq!(key("::ffff:1.2.3.4"), key("1.2.3.4"));
        assert_ne!(key("1.2.3.4"), key("1.2.3.5"));
    }

    #[test]
    fn one_site_is_one_key_around_its_networks() {
        let site = |text: &str| ClientAddress(Some(text.parse().unwrap())).site();
        assert_eq!(site("2001:db8:0:1::7"), site("2001:db8:0:ffff::1"));
        assert_ne!(site("2001:db8:0:1::7"), site("2001:db8:1:1::7"));
        assert_eq!(site("1.2.3.4"), None);
        assert_eq!(site("::ffff:1.2.3.4"), None);
    }
}
