//! Owns what serves people: how passwords are hashed, when accounts lock, how long sessions live, and who is asked for
//! proofs of domains.

use std::sync::Arc;
use std::time::Duration;

use super::configured::{hasher_settings, password_demands};
use super::error::AppError;
use super::platform::Platform;
use super::root::App;
use crate::authentication::password::{Hasher, PasswordDemands};
use crate::authentication::throttle::Limits;
use crate::base::dns::{Dns, TextRecords};
use crate::config::{SignUpPolicy, SignetConfig};
use crate::session::{Lifetimes, Sessions};

/// Passwords, locks and domains.
pub(super) struct People {
    hasher: Hasher,
    password_demands: PasswordDemands,
    throttle: Limits,
    dns: Arc<dyn TextRecords>,
    sessions: Sessions,
}

impl People {
    /// As configuration says; another DNS than the configured servers may be given.
    pub(super) fn new(
        config: &SignetConfig,
        platform: &Platform,
        dns: Option<Arc<dyn TextRecords>>,
    ) -> Result<Self, AppError> {
        let (idle, absolute) = config.tokens.session();
        Ok(Self {
            hasher: Hasher::new(hasher_settings(&config.password))?,
            password_demands: password_demands(&config.password),
            throttle: Limits {
                attempts: config.limits.login_attempts,
                window: Duration::from_secs(config.limits.login_window_seconds),
                lock: Duration::from_secs(config.limits.login_lock_seconds),
            },
            dns: dns.unwrap_or_else(|| Arc::new(Dns::new(config.domains.dns_servers.clone()))),
            sessions: Sessions::new(&platform.sharing, Lifetimes { idle, absolute }),
        })
    }
}

impl App {
    /// Password hashing behind its permits.
    #[must_use]
    pub fn hasher(&self) -> &Hasher {
        &self.0.people.hasher
    }

    /// What is demanded of passwords that people choose.
    #[must_use]
    pub fn password_demands(&self) -> &PasswordDemands {
        &self.0.people.password_demands
    }

    /// Whether somebody without an invitation can sign up: mail is sent, which proves their address.
    #[must_use]
    pub fn is_sign_up_open(&self) -> bool {
        self.post().is_some() && self.config().sign_up.policy != SignUpPolicy::Closed
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

    /// Where browsers' sessions are looked up.
    #[must_use]
    pub fn sessions(&self) -> &Sessions {
        &self.0.people.sessions
    }
}
