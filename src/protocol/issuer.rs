//! Owns the issuer identifier (OpenID Connect Discovery §3, RFC 8414 §2) and every URL made from it. The issuer comes
//! from configuration only; no URL is ever built from a request's headers.

use url::{Host, Url};

/// The issuer: the exact text that stands in `iss`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    path: String,
    origin: String,
    secure: bool,
}

/// Why a text is not an issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    /// Not a URL with a host.
    #[error("the issuer is an absolute URL such as https://login.example.com")]
    Malformed,
    /// Core §2: https, with neither query nor fragment.
    #[error(
        "the issuer is https (http only on loopback), without query, fragment, user information or trailing slash"
    )]
    Unfit,
}

impl Issuer {
    /// Reads the configured issuer. `https` is required, but on loopback.
    pub fn parse(text: &str) -> Result<Self, IssuerError> {
        let url = Url::parse(text).map_err(|_| IssuerError::Malformed)?;
        let host = url.host().ok_or(IssuerError::Malformed)?;
        let loopback = match host {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        let secure = url.scheme() == "https";
        let plain = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !(secure || (loopback && url.scheme() == "http")) || !plain || text.ends_with('/') {
            return Err(IssuerError::Unfit);
        }
        Ok(Self {
            text: text.to_owned(),
            path: url.path().trim_end_matches('/').to_owned(),
            origin: url.origin().ascii_serialization(),
            secure,
        })
    }

    /// The text of `iss`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The path below which everything is served: empty, or `/tenant`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Scheme, host and port: what a browser sends as `Origin`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether it is served over TLS: cookies then are `Secure` and carry the `__Host-` prefix.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// The URL of one of our paths, for instance `/oauth2/token`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }
}

impl std::fmt::Display for Issuer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.text)
    }
}
