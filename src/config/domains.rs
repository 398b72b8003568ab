//! Owns how organizations prove their domains.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// `[domains]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DomainSettings {
    /// DNS servers that are asked for proofs; none: those of the machine.
    pub dns_servers: Vec<SocketAddr>,
    /// Domains where everybody may have a mailbox, beside those that are built in: no organization claims them.
    pub public_mail: Vec<String>,
}
