//! Owns which products can be measured beside ours.

use clap::ValueEnum;

/// A product that its package registry has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Peer {
    /// The npm package `oidc-provider`, with an adapter of ours on PostgreSQL.
    NodeOidcProvider,
}

impl Peer {
    /// What the report calls it.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::NodeOidcProvider => "node-oidc-provider",
        }
    }

    /// Its database, and the role that owns it.
    pub(super) const fn database(self) -> &'static str {
        match self {
            Self::NodeOidcProvider => "node_oidc_provider",
        }
    }
}
