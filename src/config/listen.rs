//! Owns addresses and TLS.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// `[listen]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListenSettings {
    /// Where relying parties and browsers connect, directly or through a proxy.
    pub public: SocketAddr,
    /// Where health and metrics answer; never expose it.
    pub internal: SocketAddr,
    /// Addresses or networks (CIDR) of proxies that are believed when they say whom they speak for.
    pub trusted_proxies: Vec<String>,
    /// Which header they say it in.
    pub forwarded_by: ForwardedBy,
    /// The most connections at once.
    pub max_connections: usize,
    /// The most of them from one address (one /64 of IPv6) that is no trusted proxy; 0 is no limit.
    pub max_connections_per_address: usize,
    /// How long a stop waits for requests under way, in seconds.
    pub drain_seconds: u64,
}

impl Default for ListenSettings {
    fn default() -> Self {
        Self {
            public: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            internal: SocketAddr::from((Ipv4Addr::LOCALHOST, 9090)),
            trusted_proxies: Vec::new(),
            forwarded_by: ForwardedBy::default(),
            max_connections: 10_000,
            max_connections_per_address: 500,
            drain_seconds: 20,
        }
    }
}

/// Which header names the clients of proxies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedBy {
    /// `X-Forwarded-For`
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239)
    Forwarded,
}

/// `[tls]`: both or neither.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsSettings {
    /// A PEM file with the certificate chain; empty when a proxy ends TLS.
    pub certificate: PathBuf,
    /// A PEM file with the private key.
    pub key: PathBuf,
}
