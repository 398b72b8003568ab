//! Owns which addresses this server may connect to (RFC 6890). It does not connect.

use std::net::IpAddr;

/// Which addresses may be connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses only.
    Public,
    /// Loopback too: development and tests.
    PublicAndLoopback,
    /// Loopback and private networks too (RFC 1918, RFC 4193): for what an operator runs beside this server. Link-local
    /// addresses, where clouds keep their instances' credentials, stay out of reach.
    PublicAndPrivate,
}

/// Whether an address may be connected to.
#[must_use]
pub fn permitted(address: IpAddr, reach: Reach) -> bool {
    let address = address.to_canonical();
    if address.is_loopback() {
        return reach != Reach::Public;
    }
    if reach == Reach::PublicAndPrivate && is_private(address) {
        return true;
    }
    match address {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            !(v4.is_private()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_broadcast()
                || v4.is_multicast()
                || v4.is_documentation()
                || first == 0
                || first >= 240
                || (first == 100 && (64..128).contains(&second))
                || (first == 192 && second == 0)
                || (first == 198 && (18..20).contains(&second)))
        }
        IpAddr::V6(v6) => {
            let [first, second, ..] = v6.segments();
            !(v6.is_unspecified()
                || v6.is_multicast()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
                || first == 0x2002
                || (first == 0x64 && second == 0xff9b)
                || (first == 0x2001 && (second == 0xdb8 || second == 0)))
        }
    }
}

const fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private(),
        // One cloud keeps its credentials in this network of its own.
        IpAddr::V6(v6) => v6.is_unique_local() && !matches!(v6.segments(), [0xfd00, 0x0ec2, ..]),
    }
}
