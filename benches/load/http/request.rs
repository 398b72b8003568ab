//! Owns the rendering of requests, and where a server is.

use std::fmt::Write as _;
use std::net::{SocketAddr, ToSocketAddrs as _};

use anyhow::Context as _;
use url::Url;

/// A server as requests need it.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// Where to connect.
    pub(crate) address: SocketAddr,
    /// The value of `Host`.
    host: String,
    /// What a browser sends as `Origin`.
    pub(crate) origin: String,
    /// The issuer's own path, before every path of the server.
    path: String,
}

/// Headers beside those of every request.
pub(crate) type Headers<'a> = &'a [(&'a str, &'a str)];

impl Site {
    /// The site of an issuer.
    pub(crate) fn of(issuer: &str) -> anyhow::Result<Self> {
        let url = Url::parse(issuer).context("the issuer is no URL")?;
        anyhow::ensure!(
            url.scheme() == "http",
            "only http is driven: TLS would measure the generator"
        );
        let host = url.host_str().context("the issuer has no host")?;
        let port = url.port_or_known_default().context("the issuer has no port")?;
        let address = (host.trim_matches(['[', ']']), port)
            .to_socket_addrs()?
            .next()
            .context("the host has no address")?;
        let authority = url
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self {
            address,
            host: authority,
            origin: url.origin().ascii_serialization(),
            path: url.path().trim_end_matches('/').to_owned(),
        })
    }

    /// A server that is only known by its address.
    pub(crate) fn at(address: SocketAddr) -> Self {
        Self {
            address,
            host: address.to_string(),
            origin: format!("http://{address}"),
            path: String::new(),
        }
    }

    /// A request without a body, ready to be sent.
    pub(crate) fn get(&self, path: &str, headers: Headers<'_>) -> Vec<u8> {
        let mut text = self.head("GET", path, headers);
        text.push_str("\r\n");
        text.into_bytes()
    }

    /// A form, ready to be sent.
    pub(crate) fn post(&self, path: &str, headers: Headers<'_>, form: &str) -> Vec<u8> {
        let mut text = self.head("POST", path, headers);
        // Writing into a text cannot fail.
        let _ = write!(
            text,
            "content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
            form.len()
        );
        text.into_bytes()
    }

    /// The same for an absolute URL of this server, as `Location` gives it.
    pub(crate) fn relative<'a>(&self, location: &'a str) -> &'a str {
        let path = location.strip_prefix(self.origin.as_str()).unwrap_or(location);
        path.strip_prefix(self.path.as_str()).unwrap_or(path)
    }

    fn head(&self, method: &str, path: &str, headers: Headers<'_>) -> String {
        let mut text = String::with_capacity(1024);
        let _ = write!(
            text,
            "{method} {}{path} HTTP/1.1\r\nhost: {}\r\n",
            self.path, self.host
        );
        for (name, value) in headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        text
    }
}

/// A parameter's value as forms and queries have it.
pub(crate) fn encode(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}
