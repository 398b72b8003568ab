//! Owns which addresses this server may connect to (RFC 6890). It does not connect.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which addresses may be connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses only.
    Public,
    /// Loopback too: development and tests.
    PublicAndLoopback,
    /// Loopback and private networks too (RFC 1918, RFC 4193): for what an operator runs beside this server. Where
    /// clouds keep their instances' credentials stays out of reach.
    PublicAndPrivate,
}

/// Whether an address may be connected to.
#[must_use]
pub fn permitted(address: IpAddr, reach: Reach) -> bool {
    let address = address.to_canonical();
    if is_metadata(address) {
        return false;
    }
    if address.is_loopback() {
        return reach != Reach::Public;
    }
    if reach == Reach::PublicAndPrivate && is_private(address) {
        return true;
    }
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    !(address.is_private()
        || address.is_link_local()
        || address.is_unspecified()
        || address.is_broadcast()
        || address.is_multicast()
        || address.is_documentation()
        || first == 0
        || first >= 240
        || (first == 100 && (64..128).contains(&second))
        || (first == 192 && second == 0)
        || (first == 198 && (18..20).contains(&second)))
}

/// Global unicast only (RFC 4291 §2.4), without what stands for an IPv4 address, protocol assignments and documentation.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    (0x2000..0x4000).contains(&first)
        && first != 0x2002
        && !(first == 0x2001 && (second < 0x200 || second == 0xdb8))
        && !(first == 0x3fff && second < 0x1000)
}

const fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private(),
        IpAddr::V6(v6) => v6.is_unique_local(),
    }
}

/// Where clouds answer their instances with credentials, outside of what is link-local. Most of these stand inside
/// private networks, where `is_private` would permit them; one of them in a public one.
const fn is_metadata(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => matches!(
            v4.octets(),
            // Alibaba Cloud, Azure, Oracle Cloud.
            [100, 100, 100, 200] | [168, 63, 129, 16] | [192, 0, 0, 192]
        ),
        IpAddr::V6(v6) => matches!(
            v6.segments(),
            // AWS has a network of its own for them.
            [0xfd00, 0xec2, ..]
                // Google Cloud.
                | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254]
                // Oracle Cloud.
                | [0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe]
                // Akamai (Linode).
                | [0xfd00, 0xa9fe, 0xa9fe, 0, 0, 0, 0, 1]
                // Scaleway.
                | [0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42]
                // Alibaba Cloud.
                | [0xfd00, 0x100, 0, 0, 0, 0, 0x100, 0x200]
        ),
    }
}
