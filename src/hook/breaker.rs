//! Owns the rule when a hook is not asked at all: after some failures in a row it is left alone for a while, then one
//! question tries whether it is back. Each hook has a circuit of its own, so that one that is down neither slows the
//! flows that do not need it nor stops another. In memory, per process; time is given.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::base::clock::{self, Timestamp};

/// Shows which hooks are left alone (1) and which are asked (0).
const OPEN: &str = "signet_hook_breaker_open";
/// Counts questions that were not asked.
const SPARED: &str = "signet_hook_breaker_spared_total";

/// When a circuit opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerSettings {
    /// Failures in a row that open it.
    pub failures: u32,
    /// How long nothing is asked.
    pub pause: Duration,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self {
            failures: 5,
            pause: Duration::from_secs(10),
        }
    }
}

/// One hook's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circuit {
    /// It is asked.
    Closed {
        /// Failures since the last success.
        failures: u32,
    },
    /// It is not asked.
    Open {
        /// Until then.
        until: Timestamp,
    },
    /// One question is under way that tries whether it is back.
    HalfOpen,
}

impl Circuit {
    /// Whether a question may be asked now, and the state that asking leaves.
    #[must_use]
    pub fn admit(self, now: Timestamp) -> Option<Self> {
        match self {
            Self::Closed { .. } => Some(self),
            Self::Open { until } if now >= until => Some(Self::HalfOpen),
            Self::Open { .. } | Self::HalfOpen => None,
        }
    }

    /// The state after an answer.
    #[must_use]
    pub const fn succeeded() -> Self {
        Self::Closed { failures: 0 }
    }

    /// The state after a failure.
    #[must_use]
    pub fn failed(self, now: Timestamp, settings: BreakerSettings) -> Self {
        let failures = match self {
            Self::Closed { failures } => failures.saturating_add(1),
            Self::HalfOpen => u32::MAX,
            Self::Open { .. } => return self,
        };
        if failures >= settings.failures {
            let until = clock::after(now, settings.pause);
            Self::Open { until }
        } else {
            Self::Closed { failures }
        }
    }
}

/// The circuits of all hooks, by name.
#[derive(Debug, Clone, Default)]
pub struct Breaker {
    settings: BreakerSettings,
    circuits: Arc<Mutex<HashMap<String, Kept>>>,
}

/// A circuit, and how often it has opened or closed: what is still under way from before then no longer counts.
#[derive(Debug, Clone, Copy)]
struct Kept {
    circuit: Circuit,
    turn: u64,
}

impl Breaker {
    /// Circuits that are all closed.
    #[must_use]
    pub fn new(settings: BreakerSettings) -> Self {
        Self {
            settings,
            circuits: Arc::default(),
        }
    }

    /// Circuits for dry runs: what is left alone at this moment is left alone there, and what happens there counts for
    /// nobody else.
    #[must_use]
    pub fn apart(&self, now: Timestamp) -> Self {
        let circuits = self.lock();
        let left_alone = circuits
            .iter()
            .filter(|(_, kept)| kept.circuit.admit(now).is_none())
            .map(|(hook, kept)| (hook.clone(), *kept));
        Self {
            settings: self.settings,
            circuits: Arc::new(Mutex::new(left_alone.collect())),
        }
    }

    /// Leave to ask a hook; none while its circuit is open. The permit wants to hear what came of it.
    #[must_use]
    pub fn enter(&self, hook: &str, now: Timestamp) -> Option<Permit> {
        let mut circuits = self.lock();
        let kept = circuits.get(hook).copied().unwrap_or(Kept {
            circuit: Circuit::succeeded(),
            turn: 0,
        });
        let Some(circuit) = kept.circuit.admit(now) else {
            metrics::counter!(SPARED, "hook" => hook.to_owned()).increment(1);
            return None;
        };
        let turn = kept.turn + u64::from(circuit != kept.circuit);
        circuits.insert(hook.to_owned(), Kept { circuit, turn });
        Some(Permit {
            breaker: self.clone(),
            hook: hook.to_owned(),
            turn,
            asked_at: now,
            reported: false,
        })
    }

    /// A hook's state now, for reports.
    #[must_use]
    pub fn circuit(&self, hook: &str) -> Circuit {
        self.lock()
            .get(hook)
            .map_or(Circuit::succeeded(), |kept| kept.circuit)
    }

    /// Keeps the circuits of these hooks; one that was disabled for a while begins anew.
    pub fn retain(&self, mut keep: impl FnMut(&str) -> bool) {
        self.lock().retain(|hook, kept| {
            let stays = keep(hook);
            if !stays && !matches!(kept.circuit, Circuit::Closed { .. }) {
                metrics::gauge!(OPEN, "hook" => hook.clone()).set(0.0);
            }
            stays
        });
    }

    /// A map of plain values stays whole when a holder of the lock panics.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.circuits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn report(&self, hook: &str, turn: u64, next: impl FnOnce(Circuit) -> Circuit) {
        let mut circuits = self.lock();
        let Some(kept) = circuits.get_mut(hook).filter(|kept| kept.turn == turn) else {
            return;
        };
        let before = kept.circuit;
        kept.circuit = next(before);
        if std::mem::discriminant(&before) == std::mem::discriminant(&kept.circuit) {
            return;
        }
        kept.turn += 1;
        match (before, kept.circuit) {
            (Circuit::Closed { .. }, Circuit::Open { .. }) => {
                metrics::gauge!(OPEN, "hook" => hook.to_owned()).set(1.0);
                tracing::error!(
                    hook.name = hook,
                    "a hook keeps failing and is left alone for a while"
                );
            }
            (Circuit::HalfOpen, Circuit::Closed { .. }) => {
                metrics::gauge!(OPEN, "hook" => hook.to_owned()).set(0.0);
                tracing::info!(hook.name = hook, "a hook answers again");
            }
            _ => {}
        }
    }
}

/// Leave to ask a hook once. Dropped without a word, which is what happens when the asker leaves, it counts neither
/// way; a trial that was dropped so lets the next question be the trial.
#[derive(Debug)]
#[must_use = "the breaker wants to hear what came of the question"]
pub struct Permit {
    breaker: Breaker,
    hook: String,
    turn: u64,
    asked_at: Timestamp,
    reported: bool,
}

impl Permit {
    /// The hook gave an answer, whatever it says.
    pub fn succeeded(mut self) {
        self.reported = true;
        self.breaker
            .report(&self.hook, self.turn, |_| Circuit::succeeded());
    }

    /// The hook gave no answer, or none that can be read.
    pub fn failed(mut self, now: Timestamp) {
        self.reported = true;
        let settings = self.breaker.settings;
        self.breaker
            .report(&self.hook, self.turn, |circuit| circuit.failed(now, settings));
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.reported {
            let until = self.asked_at;
            self.breaker
                .report(&self.hook, self.turn, |circuit| match circuit {
                    Circuit::HalfOpen => Circuit::Open { until },
                    other => other,
                });
        }
    }
}
