//! Owns what replicas say of their rules, and which rules hold where they differ: a step that one replica or command would
//! take must not be earlier than any running one would take it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::policy::{Policy, told};
use super::view::View;
use crate::protocol::algorithm::RsaBits;

/// What a replica says of its [`Policy`]: all of it that others hold to. How long its key set may be kept is said
/// elsewhere (`auth.jwks_caching`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedPolicy {
    /// The least time between publication and first signature, in seconds.
    pub published_seconds: u64,
    /// By how much clocks and replicas may differ, in seconds.
    pub skew_seconds: u64,
    /// The longest life of anything that is signed now, in seconds.
    pub life_seconds: u64,
    /// After how many seconds a key is replaced by itself; none: never.
    pub rotate_every_seconds: Option<u64>,
    /// The size of the RSA keys that are made.
    pub rsa_bits: u32,
    /// The names that a rotation waits for.
    pub verifiers: Vec<String>,
}

impl Policy {
    /// What a replica says of its own.
    #[must_use]
    pub fn stated(&self) -> StatedPolicy {
        StatedPolicy {
            published_seconds: self.floor.as_secs(),
            skew_seconds: self.skew.as_secs(),
            life_seconds: self.life.as_secs(),
            rotate_every_seconds: self.rotate_every.map(|every| every.as_secs()),
            rsa_bits: self.rsa_bits.get(),
            verifiers: self.verifiers.clone(),
        }
    }

    /// This, and what every running replica holds to: of each length the longest, of sizes the largest, of names all.
    #[must_use]
    pub fn strictest(mut self, view: &View) -> Self {
        for stated in view.publishers.iter().filter_map(|one| one.policy.as_ref()) {
            self.floor = self.floor.max(Duration::from_secs(stated.published_seconds));
            self.skew = self.skew.max(Duration::from_secs(stated.skew_seconds));
            self.life = self.life.max(Duration::from_secs(stated.life_seconds));
            self.rotate_every = self
                .rotate_every
                .zip(stated.rotate_every_seconds)
                .map(|(every, theirs)| every.max(Duration::from_secs(theirs)));
            if let Ok(bits) = RsaBits::try_from(stated.rsa_bits)
                && bits.get() > self.rsa_bits.get()
            {
                self.rsa_bits = bits;
            }
            for name in &stated.verifiers {
                if !self.verifiers.contains(name) {
                    self.verifiers.push(name.clone());
                }
            }
        }
        self
    }

    /// In which points another policy, which holds, is stricter than this one; a sentence each.
    #[must_use]
    pub fn looser_than(&self, held: &Self) -> Vec<String> {
        let mut points = Vec::new();
        let mut differ = |key: &str, here: String, there: String| {
            if here != there {
                points.push(format!(
                    "{key} is {here} here, and {there} counts, which a running replica says"
                ));
            }
        };
        differ("keys.published_seconds", told(self.floor), told(held.floor));
        differ("keys.skew_seconds", told(self.skew), told(held.skew));
        let every = |policy: &Self| policy.rotate_every.map_or_else(|| "never".to_owned(), told);
        differ("keys.rotate_every_days", every(self), every(held));
        let bits = |policy: &Self| format!("{} bits", policy.rsa_bits.get());
        differ("signing.rsa_bits", bits(self), bits(held));
        let more: Vec<&str> = held
            .verifiers
            .iter()
            .filter(|name| !self.verifiers.contains(name))
            .map(String::as_str)
            .collect();
        if !more.is_empty() {
            points.push(format!(
                "keys.verifiers lacks {} here, which a running replica waits for",
                more.join(", ")
            ));
        }
        points
    }
}
