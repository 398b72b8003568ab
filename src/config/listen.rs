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
    /// Addresses or networks (CIDR) whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<String>,
    /// The most connections at once.
    pub max_connections: usize,
    /// How long a stop waits for requests under way, in seconds.
    pub drain_seconds: u64,
}

impl Default for ListenSettings {
    fn default() -> Self {
        Self {
            public: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            internal: SocketAddr::from((Ipv4Addr::LOCALHOST, 9090)),
            trusted_proxies: Vec::new(),
            max_connections: 10_000,
            drain_seconds: 20,
        }
    }
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
