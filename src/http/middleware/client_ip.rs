//! Owns the client's address: the peer's, unless the peer is a proxy that configuration trusts. A header from anybody
//! else says nothing. Limits are kept per address for IPv4 and per /64 for IPv6, in one spelling.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use ipnet::IpNet;

const HEADER: &str = "x-forwarded-for";
/// How many hops of the header are looked at, from the nearest on.
const HOP_LIMIT: usize = 32;

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
        let address = self.0.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical();
        AddressKey(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(v6) => {
                let [first, second, third, fourth, ..] = v6.segments();
                IpAddr::V6(Ipv6Addr::new(first, second, third, fourth, 0, 0, 0, 0))
            }
        })
    }
}

/// Notes the client's address.
pub async fn identify(
    State(trusted): State<Arc<TrustedProxies>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|connection| connection.0.ip());
    let address = peer.map(|peer| client_address(peer, request.headers(), &trusted));
    request.extensions_mut().insert(ClientAddress(address));
    next.run(request).await
}

/// The address of who speaks through this peer.
#[must_use]
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &TrustedProxies) -> IpAddr {
    let peer = peer.to_canonical();
    match trusted {
        TrustedProxies::None | TrustedProxies::Hops(0) => peer,
        // Fewer entries than proxies: somebody came round them, and is whom we see.
        TrustedProxies::Hops(count) => forwarded(headers)
            .get(count - 1)
            .copied()
            .flatten()
            .unwrap_or(peer),
        TrustedProxies::Networks(networks) => {
            let is_trusted = |address: &IpAddr| networks.iter().any(|network| network.contains(address));
            let mut nearest = peer;
            for hop in forwarded(headers) {
                if !is_trusted(&nearest) {
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

/// The entries of `X-Forwarded-For`, nearest first.
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let values: Vec<_> = headers.get_all(HEADER).iter().collect();
    values
        .into_iter()
        .rev()
        .flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','))
        .take(HOP_LIMIT)
        .map(parse)
        .collect()
}

/// An address with or without port and brackets, in its canonical form.
fn parse(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?.trim().trim_matches('"');
    text.parse::<IpAddr>()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str], trusted: &TrustedProxies) -> String {
        let headers = forwarded
            .iter()
            .map(|value| {
                (
                    http::HeaderName::from_static(HEADER),
                    http::HeaderValue::from_str(value).unwrap(),
                )
            })
            .collect();
        client_address(peer.parse().unwrap(), &headers, trusted).to_string()
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
}
