//! Owns what proxies say of whom they speak for: `X-Forwarded-For`, or `Forwarded` (RFC 7239). Only the one that
//! configuration names is read, since a proxy that writes one of them lets the other pass as its client sent it.

use std::net::{IpAddr, SocketAddr};

use http::header::FORWARDED;
use http::{HeaderMap, HeaderName};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// How many hops of the header are looked at, from the nearest on.
const HOP_LIMIT: usize = 32;

/// Which header the proxies write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For: 192.0.2.1, 198.51.100.2`
    #[default]
    XForwardedFor,
    /// `Forwarded: for=192.0.2.1;proto=https, for="[2001:db8::1]:4711"`
    Forwarded,
}

/// Whether either of the headers is there.
pub(super) fn is_said(headers: &HeaderMap) -> bool {
    headers.contains_key(X_FORWARDED_FOR) || headers.contains_key(FORWARDED)
}

/// The entries of the header, nearest first; `None` is one that names no address.
pub(super) fn hops(headers: &HeaderMap, header: ForwardedHeader) -> Vec<Option<IpAddr>> {
    let (name, read): (_, fn(&str) -> Option<IpAddr>) = match header {
        ForwardedHeader::XForwardedFor => (X_FORWARDED_FOR, address),
        ForwardedHeader::Forwarded => (FORWARDED, element),
    };
    let values: Vec<_> = headers.get_all(name).iter().collect();
    values
        .into_iter()
        .rev()
        .flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','))
        .take(HOP_LIMIT)
        .map(|entry| read(std::str::from_utf8(entry).ok()?))
        .collect()
}

/// An address with or without port, brackets and quotes, in its canonical form.
fn address(entry: &str) -> Option<IpAddr> {
    let text = entry.trim().trim_matches('"');
    text.parse::<IpAddr>()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
        .map(|address| address.to_canonical())
}

/// The address of an element (RFC 7239 §4), if all of it is as the grammar has it. Elements are parted at every comma,
/// quoted or not: a client whose Host a proxy quotes could otherwise put an element of its own between the quotes. What
/// remains of one that was torn apart is no element.
fn element(text: &str) -> Option<IpAddr> {
    let mut found = None;
    for pair in text.split(';') {
        let (name, value) = pair.trim().split_once('=')?;
        let bare = match value.strip_prefix('"') {
            Some(quoted) => quoted.strip_suffix('"').filter(|inner| is_plain(inner))?,
            // A port or brackets would need quotes, which some proxies leave out.
            None => Some(value)
                .filter(|bare| bare.bytes().all(|byte| is_token(byte) || b":[]".contains(&byte)))?,
        };
        if !name.bytes().all(is_token) {
            return None;
        }
        // One name, one value (RFC 7239 §4).
        if name.eq_ignore_ascii_case("for") && found.replace(bare).is_some() {
            return None;
        }
    }
    address(found?)
}

/// What stands between quotes and needs no escape: an address never does.
fn is_plain(text: &str) -> bool {
    !text.contains(['"', '\\'])
}

/// RFC 9110 §5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(header: ForwardedHeader, lines: &[&str]) -> Vec<String> {
        let name = match header {
            ForwardedHeader::XForwardedFor => X_FORWARDED_FOR,
            ForwardedHeader::Forwarded => FORWARDED,
        };
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name.clone(), HeaderValue::from_str(line).unwrap());
        }
        let shown = |hop: Option<IpAddr>| hop.map_or_else(|| "-".to_owned(), |address| address.to_string());
        hops(&headers, header).into_iter().map(shown).collect()
    }

    #[test]
    fn ports_brackets_and_quotes_are_read() {
        let entries =
            "192.0.2.1:443, [2001:db8::7]:443 ,[2001:db8::8],2001:db8::9, \"192.0.2.2\", ::ffff:192.0.2.3";
        assert_eq!(
            read(ForwardedHeader::XForwardedFor, &[entries]),
            [
                "192.0.2.3",
                "192.0.2.2",
                "2001:db8::9",
                "2001:db8::8",
                "2001:db8::7",
                "192.0.2.1"
            ]
        );
        assert_eq!(
            read(
                ForwardedHeader::XForwardedFor,
                &["unknown, 192.0.2.1:x", "localhost"]
            ),
            ["-", "-", "-"]
        );
    }

    #[test]
    fn elements_of_forwarded_are_read() {
        let lines = [
            "for=192.0.2.1;proto=https;by=203.0.113.43, For=\"[2001:db8::7]:4711\"",
            "for=\"192.0.2.2:80\";host=\"login.example.com:443\"",
            "for=_hidden, for=unknown, proto=https, for=, for=192.0.2.3:80",
        ];
        assert_eq!(
            read(ForwardedHeader::Forwarded, &lines),
            [
                "192.0.2.3",
                "-",
                "-",
                "-",
                "-",
                "192.0.2.2",
                "2001:db8::7",
                "192.0.2.1"
            ]
        );
    }

    #[test]
    fn nobody_puts_an_element_between_quotes() {
        for host in [
            "a,for=6.6.6.6",
            "a, for=6.6.6.6, b",
            "a\\\",for=6.6.6.6;x=\\\"",
            "a,for=6.6.6.6;x=\\\"b",
        ] {
            let line = format!("for=192.0.2.1;host=\"{host}\"");
            let hops = read(ForwardedHeader::Forwarded, &[&line]);
            assert_eq!(hops.first().map(String::as_str), Some("-"), "{line}");
        }
        let twice = read(ForwardedHeader::Forwarded, &["for=192.0.2.1;for=6.6.6.6"]);
        assert_eq!(twice, ["-"]);
    }
}
