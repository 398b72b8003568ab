//! Owns what serves people: how passwords are hashed, when accounts lock, how long sessions live, and who is asked for
//! proofs of domains.

use std::sync::Arc;
use std::time::Duration;

use super::configured::hasher_settings;
use super::error::AppError;
use super::root::App;
use crate::authentication::password::Hasher;
use crate::authentication::throttle::Limits;
use crate::base::dns::{Dns, TextRecords};
use crate::config::SignetConfig;
use crate::session::Lifetimes;

/// Passwords, locks and domains.
pub(super) struct People {
    hasher: Hasher,
    throttle: Limits,
    dns: Arc<dyn TextRecords>,
}

impl People {
    /// As configuration says; another DNS than the configured servers may be given.
    pub(super) fn new(config: &SignetConfig, dns: Option<Arc<dyn TextRecords>>) -> Result<Self, AppError> {
        Ok(Self {
            hasher: Hasher::new(hasher_settings(&config.password))?,
            throttle: Limits {
                attempts: config.limits.login_attempts,
                window: Duration::from_secs(config.limits.login_window_seconds),
                lock: Duration::from_secs(config.limits.login_lock_seconds),
            },
            dns: dns.unwrap_or_else(|| Arc::new(Dns::new(config.domains.dns_servers.clone()))),
        })
    }
}

impl App {
    /// Password hashing behind its permits.
    #[must_use]
    pub fn hasher(&self) -> &Hasher {
        &self.0.people.hasher
    }

    /// When accounts lock.
    #[must_use]
    pub fn throttle(&self) -> Limits {
        self.0.people.throttle
    }

    /// Who is asked for proofs of domains.
    #[must_use]
    pub fn dns(&self) -> &dyn TextRecords {
        &*self.0.people.dns
    }

    /// How long sessions live.
    #[must_use]
    pub fn session_lifetimes(&self) -> Lifetimes {
        let (idle, absolute) = self.config().tokens.session();
        Lifetimes { idle, absolute }
    }
}
