//! Owns the lengths of time that a rotation keeps to: how long a key is published before it signs, and how long after.

use std::time::Duration;

use crate::config::SignetConfig;
use crate::protocol::algorithm::{Algorithm, RsaBits};

/// What configuration says, and what is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The algorithms that there are keys for.
    pub offered: Vec<Algorithm>,
    /// The algorithms whose keys are published, and sign nothing.
    pub also_published: Vec<Algorithm>,
    /// The size of the RSA keys that are made.
    pub rsa_bits: RsaBits,
    /// After how long a key is replaced by itself.
    pub rotate_every: Option<Duration>,
    /// How long verifiers may keep the set.
    pub max_age: Duration,
    /// How long caches may go on serving it while they fetch it anew.
    pub stale_while_revalidate: Duration,
    /// The least time between publication and first signature.
    pub floor: Duration,
    /// By how much clocks and replicas may differ.
    pub skew: Duration,
    /// The longest life of anything that is signed now.
    pub life: Duration,
    /// The names that a rotation waits for.
    pub verifiers: Vec<String>,
}

/// A length of time, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// How long.
    pub length: Duration,
    /// In words.
    pub reason: String,
}

impl Policy {
    /// What configuration says; `longest_access_token` is the longest life that a client or resource has chosen.
    #[must_use]
    pub fn new(config: &SignetConfig, longest_access_token: Option<Duration>) -> Self {
        let (tokens, keys) = (&config.tokens, &config.keys);
        let lives = [tokens.access_token(), tokens.id_token()];
        Self {
            offered: config.signing.algorithms.clone(),
            also_published: config.signing.also_published.clone(),
            rsa_bits: config.signing.rsa_bits,
            rotate_every: keys.rotate_every(),
            max_age: Duration::from_secs(tokens.jwks_max_age_seconds),
            stale_while_revalidate: Duration::from_secs(keys.stale_while_revalidate_seconds),
            floor: Duration::from_secs(keys.published_seconds),
            skew: Duration::from_secs(keys.skew_seconds),
            life: lives
                .into_iter()
                .chain(longest_access_token)
                .max()
                .unwrap_or_default(),
            verifiers: keys.verifiers.clone(),
        }
    }

    /// How long whoever fetches the set now may keep it.
    #[must_use]
    pub fn cache(&self) -> Duration {
        self.max_age.saturating_add(self.stale_while_revalidate)
    }

    /// How the set may be kept, as `Cache-Control` says it (RFC 9111 §5.2, RFC 5861 §3).
    #[must_use]
    pub fn cache_control(&self) -> String {
        let max_age = self.max_age.as_secs();
        match self.stale_while_revalidate.as_secs() {
            0 => format!("public, max-age={max_age}"),
            stale => format!("public, max-age={max_age}, stale-while-revalidate={stale}"),
        }
    }

    /// How long a key is published before it signs. `cache` is how long the set from before it may have been kept.
    #[must_use]
    pub fn before_signing(&self, cache: Duration, slowest: Duration) -> Wait {
        let measured = self.until_noticed(cache, slowest);
        if measured.length <= self.floor {
            return Wait {
                length: self.floor,
                reason: format!("keys.published_seconds ({})", told(self.floor)),
            };
        }
        measured
    }

    /// How long it takes until whoever keeps to the rules has the set of now. That is enough for an algorithm that nothing
    /// is signed with yet: nobody's tokens change with its first key, and who is to have some is yet to be chosen.
    #[must_use]
    pub fn until_noticed(&self, cache: Duration, slowest: Duration) -> Wait {
        let cache = cache.max(self.cache());
        Wait {
            length: cache.saturating_add(slowest).saturating_add(self.skew),
            reason: format!(
                "max-age and stale-while-revalidate ({}), the slowest refresh seen ({}) and skew ({})",
                told(cache),
                told(slowest),
                told(self.skew)
            ),
        }
    }

    /// How long a key that signs no more stays published.
    #[must_use]
    pub fn after_signing(&self, life: Duration) -> Wait {
        let life = life.max(self.life);
        Wait {
            length: life.saturating_add(self.skew),
            reason: format!(
                "the longest life of what it signed ({}) and skew ({})",
                told(life),
                told(self.skew)
            ),
        }
    }
}

/// A length of time for people.
pub(super) fn told(length: Duration) -> String {
    let seconds = length.as_secs();
    for (unit, of) in [("d", 86_400), ("h", 3600), ("min", 60)] {
        if seconds >= of && seconds.is_multiple_of(of) {
            return format!("{} {unit}", seconds / of);
        }
    }
    format!("{seconds} s")
}
