//! Owns the words of `signet service-key …`.

use std::time::Duration;

use clap::Subcommand;

use crate::authentication::service_key::ServiceScope;
use crate::cli::values;

/// What to do with service keys.
#[derive(Debug, Clone, Subcommand)]
pub enum ServiceKeyCommand {
    /// Make a service's first key; it is shown only now
    Create {
        /// What the service is called in logs and events
        #[arg(long)]
        name: String,
        /// What it may do; repeat for more
        #[arg(long = "scope", required = true, value_parser = values::one_of(
            ServiceScope::ALL.map(ServiceScope::name), ServiceScope::parse))]
        scopes: Vec<ServiceScope>,
        /// How long it lives, such as 90d; it does not end by itself if left out
        #[arg(long, value_parser = values::duration)]
        lifetime: Option<Duration>,
    },
    /// List every key, live or not
    List,
    /// Give a service another key with the same rights; it is shown only now
    Rotate {
        /// The service
        name: String,
        /// How long the old key stays valid, such as 24h; 0 ends it at once
        #[arg(long, default_value = "24h", value_parser = values::duration)]
        overlap: Duration,
    },
    /// End every key of a service at once
    Revoke {
        /// The service
        name: String,
    },
}
