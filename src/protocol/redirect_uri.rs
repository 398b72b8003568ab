//! Owns redirect URIs: what may be registered, and the one comparison (RFC 9700 §2.1, RFC 8252 §7.3 and §8.4).

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// A redirect URI that was registered or matched a registered one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedirectUri(String);

/// Why a URI may not be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// Not an absolute URI of plain ASCII.
    #[error("a redirect URI is an absolute URI in ASCII without spaces or control characters")]
    Malformed,
    /// RFC 6749 §3.1.2.
    #[error("a redirect URI has no fragment")]
    Fragment,
    /// `http` to anything but this machine.
    #[error("http is for loopback addresses only; use https")]
    InsecureHttp,
    /// A scheme that a browser would run or that no application owns.
    #[error(
        "this scheme is not allowed; use https, http on loopback, or a private-use scheme with a dot (RFC 8252 section 7.1)"
    )]
    Scheme,
    /// User information, wildcards.
    #[error("a redirect URI has no user information and no wildcard")]
    Ambiguous,
}

impl RedirectUri {
    /// Checks a URI for registration.
    pub fn register(text: &str) -> Result<Self, RedirectUriError> {
        if text.is_empty()
            || text.len() > 2048
            || !text.bytes().all(|byte| (0x21..=0x7e).contains(&byte))
            || text.contains('\\')
        {
            return Err(RedirectUriError::Malformed);
        }
        let url = Url::parse(text).map_err(|_| RedirectUriError::Malformed)?;
        if url.fragment().is_some() {
            return Err(RedirectUriError::Fragment);
        }
        if text.contains('*') || has_user_information(text) {
            return Err(RedirectUriError::Ambiguous);
        }
        // A parser forgives `https:host`, `HTTPS://host` and `https:///host`; a comparison of text does not.
        let web = matches!(url.scheme(), "https" | "http");
        let plain = ["https://", "http://"].into_iter().any(|start| {
            text.strip_prefix(start)
                .is_some_and(|rest| !rest.starts_with('/'))
        });
        if web && !plain {
            return Err(RedirectUriError::Malformed);
        }
        match url.scheme() {
            "https" if url.host().is_some() => Ok(()),
            "http" if is_loopback(&url) => Ok(()),
            "http" => Err(RedirectUriError::InsecureHttp),
            // A private-use scheme is a reversed domain name.
            scheme if scheme.contains('.') => Ok(()),
            _ => Err(RedirectUriError::Scheme),
        }?;
        Ok(Self(text.to_owned()))
    }

    /// Whether a requested URI is this registered one: byte for byte, except that a loopback IP address may have any
    /// port (RFC 8252 §7.3). The name `localhost` is not an address and gets no such freedom here.
    #[must_use]
    pub fn matches(&self, requested: &str) -> bool {
        self.0 == requested || self.matches_but_for_the_port(requested, &["127.0.0.1", "[::1]"])
    }

    /// The same for an application on a device, where `localhost` may have any port too: many register that form, though
    /// RFC 8252 §8.3 advises against it, because a name may lead elsewhere than to this machine.
    #[must_use]
    pub fn matches_on_device(&self, requested: &str) -> bool {
        self.matches(requested) || self.matches_but_for_the_port(requested, &["localhost"])
    }

    fn matches_but_for_the_port(&self, requested: &str, hosts: &[&str]) -> bool {
        match (without_port(&self.0, hosts), without_port(requested, hosts)) {
            (Some(registered), Some(requested)) => registered == requested,
            _ => false,
        }
    }

    /// The URI that a request names, if it is one of the registered ones: no other text of a request becomes a redirect
    /// URI. `on_device` says that the client is an application on a device.
    #[must_use]
    pub fn of_registered(requested: &str, registered: &[Self], on_device: bool) -> Option<Self> {
        let matches = |uri: &Self| {
            if on_device {
                uri.matches_on_device(requested)
            } else {
                uri.matches(requested)
            }
        };
        registered.iter().any(matches).then(|| Self(requested.to_owned()))
    }

    /// The URI's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the code travels to a TLS host, so that no other application can receive it.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Whether it points at this machine over http.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| url.scheme() == "http" && is_loopback(&url))
    }

    /// The front page of the site that it belongs to; none for a private-use scheme.
    #[must_use]
    pub fn site(&self) -> Option<String> {
        let url = Url::parse(&self.0).ok()?;
        matches!(url.scheme(), "http" | "https").then(|| format!("{}/", url.origin().ascii_serialization()))
    }

    /// Who receives what is sent here, as a person can be told: the origin, or the private-use scheme.
    #[must_use]
    pub fn receiver(&self) -> Option<String> {
        let url = Url::parse(&self.0).ok()?;
        match url.scheme() {
            "http" | "https" => Some(url.origin().ascii_serialization()),
            scheme => Some(format!("{scheme}:")),
        }
    }
}

/// Looks at the text: a parsed URL no longer shows an empty user name.
fn has_user_information(text: &str) -> bool {
    let authority = text
        .split_once("//")
        .and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
    authority.is_some_and(|authority| authority.contains('@'))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// `http://HOST:PORT/rest` of one of the hosts, split into the host as it is written and the rest. Works on the text,
/// not on a parsed URL: two spellings that parse alike must stay two.
fn without_port<'a>(text: &'a str, hosts: &[&'a str]) -> Option<(&'a str, &'a str)> {
    let rest = text.strip_prefix("http://")?;
    let (authority, _) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let path = rest.get(authority.len()..)?;
    let host = hosts.iter().copied().find(|host| authority.starts_with(host))?;
    let port = authority.get(host.len()..)?;
    let numeric = port.is_empty()
        || port.strip_prefix(':').is_some_and(|digits| {
            !digits.is_empty()
                && digits.bytes().all(|byte| byte.is_ascii_digit())
                && digits.parse::<u16>().is_ok()
        });
    numeric.then_some((host, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RU-02: only the port may differ, and of the name `localhost` on a device only.
    #[test]
    fn ru_02_localhost_has_any_port_on_a_device() {
        let registered = RedirectUri::register("http://localhost:8000/cb").unwrap();
        for (requested, on_device) in [
            ("http://localhost:8000/cb", true),
            ("http://localhost:53211/cb", true),
            ("http://localhost/cb", true),
            ("http://localhost:8000/other", false),
            ("http://localhost:8000/cb?x=1", false),
            ("http://localhost:99999/cb", false),
            ("http://localhost.evil.example:8000/cb", false),
            ("http://localhost@evil.example:8000/cb", false),
            ("http://localhost:8000@evil.example/cb", false),
            ("http://LOCALHOST:8000/cb", false),
            ("http://127.0.0.1:8000/cb", false),
            ("https://localhost:8000/cb", false),
        ] {
            assert_eq!(registered.matches_on_device(requested), on_device, "{requested}");
            assert_eq!(
                registered.matches(requested),
                requested == registered.as_str(),
                "{requested}"
            );
        }
        let address = RedirectUri::register("http://127.0.0.1/cb").unwrap();
        assert!(address.matches_on_device("http://127.0.0.1:53211/cb"));
        assert!(!address.matches_on_device("http://localhost:53211/cb"));
    }
}
