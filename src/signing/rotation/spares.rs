//! Owns the making of keys, which takes 100 ms to seconds of a core where they are RSA keys: no two at once in this
//! process, on a thread of their own, and what was made is kept until it is used.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::{Semaphore, oneshot};

use super::error::RotationError;
use crate::jose::PrivateJwk;
use crate::protocol::algorithm::{Algorithm, RsaBits};
use crate::signing::error::SigningError;

/// By how much a thread steps back that makes keys while requests are served. It has a tenth of a core where all are
/// busy, so that a key of 4096 bits is there within a minute or two; 19 would make that ten.
const STEPS_BACK: i32 = 10;

/// No two keys are made at once, whoever asks.
static MAKING: Semaphore = Semaphore::const_new(1);

/// How urgently a key is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Somebody waits for it.
    AtOnce,
    /// Requests go first.
    BehindRequests,
}

/// Keys that were made before a transaction began. Those that it takes are still here until it is known what became of it.
#[derive(Default)]
pub struct NewKeys(Vec<New>);

struct New {
    key: Arc<PrivateJwk>,
    taken: bool,
}

impl NewKeys {
    /// Makes a key of each of these algorithms.
    pub async fn of(algorithms: &[Algorithm], rsa_bits: RsaBits, pace: Pace) -> Result<Self, RotationError> {
        Spares::default().provide(algorithms, rsa_bits, pace).await
    }

    /// Whether there is one of this algorithm.
    pub(super) fn has(&self, algorithm: Algorithm) -> bool {
        self.of_algorithm(algorithm).is_some()
    }

    /// Takes the one of this algorithm, which is there once.
    pub(super) fn take(&mut self, algorithm: Algorithm) -> Option<Arc<PrivateJwk>> {
        let place = self.of_algorithm(algorithm)?;
        let new = self.0.get_mut(place)?;
        new.taken = true;
        Some(Arc::clone(&new.key))
    }

    /// Whether there is one of each of these algorithms.
    #[must_use]
    pub fn are_of(&self, algorithms: &[Algorithm]) -> bool {
        algorithms.iter().all(|algorithm| self.has(*algorithm))
    }

    /// Every one.
    pub(super) fn all(&self) -> impl Iterator<Item = &PrivateJwk> {
        self.0.iter().map(|new| &*new.key)
    }

    fn of_algorithm(&self, algorithm: Algorithm) -> Option<usize> {
        let is_it = |new: &New| !new.taken && new.key.public().algorithm() == algorithm;
        self.0.iter().position(is_it)
    }
}

/// Keys that were made and are not used yet: one at most of each algorithm.
#[derive(Default)]
pub struct Spares {
    kept: Mutex<Vec<Arc<PrivateJwk>>>,
    made: AtomicU64,
}

impl Spares {
    /// How many keys were made here.
    #[must_use]
    pub fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    /// What of these algorithms is kept, and nothing else; RSA keys of another size are forgotten.
    #[must_use]
    pub fn at_hand(&self, algorithms: &[Algorithm], rsa_bits: RsaBits) -> NewKeys {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = usize::try_from(rsa_bits.get()).ok();
        kept.retain(|key| {
            let bits = key.public().rsa_bits();
            bits.is_none() || bits == wanted
        });
        let chosen = kept.extract_if(.., |key| algorithms.contains(&key.public().algorithm()));
        NewKeys(chosen.map(|key| New { key, taken: false }).collect())
    }

    /// A key of each of these algorithms: what is kept, and what has to be made. Touches no database.
    pub async fn provide(
        &self,
        algorithms: &[Algorithm],
        rsa_bits: RsaBits,
        pace: Pace,
    ) -> Result<NewKeys, RotationError> {
        let mut new = self.at_hand(algorithms, rsa_bits);
        for algorithm in algorithms {
            if new.has(*algorithm) {
                continue;
            }
            match self.make(*algorithm, rsa_bits, pace).await {
                Ok(key) => new.0.push(New { key, taken: false }),
                Err(error) => {
                    self.keep(new, false);
                    return Err(error);
                }
            }
        }
        Ok(new)
    }

    async fn make(
        &self,
        algorithm: Algorithm,
        rsa_bits: RsaBits,
        pace: Pace,
    ) -> Result<Arc<PrivateJwk>, RotationError> {
        let turn = MAKING.acquire().await.map_err(|_| SigningError::Interrupted)?;
        let (done, made) = oneshot::channel();
        // A thread's place behind others is for good, so that it is no thread of a pool.
        let making = thread::Builder::new().name("making a key".to_owned());
        let making = making.spawn(move || {
            // Whoever asked may be gone: the turn ends with the work.
            let _turn = turn;
            if pace == Pace::BehindRequests
                && let Err(error) = rustix::process::setpriority_process(None, STEPS_BACK)
            {
                tracing::debug!(error = %error, "a key is made beside requests, and not behind them");
            }
            let _ = done.send(PrivateJwk::generate(algorithm, rsa_bits));
        });
        making.map_err(|_| SigningError::Interrupted)?;
        let key = made.await.map_err(|_| SigningError::Interrupted)??;
        self.made.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(key))
    }

    /// Keeps what was not used: all of it, unless the transaction is known to have stayed.
    pub fn keep(&self, new: NewKeys, committed: bool) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        for new in new.0.into_iter().filter(|new| !(committed && new.taken)) {
            let algorithm = new.key.public().algorithm();
            if !kept.iter().any(|key| key.public().algorithm() == algorithm) {
                kept.push(new.key);
            }
        }
    }
}

impl std::fmt::Debug for Spares {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        write!(formatter, "Spares({} kept)", kept.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURVES: [Algorithm; 2] = [Algorithm::ES256, Algorithm::EdDsa];

    fn names(new: &NewKeys) -> Vec<String> {
        new.all().map(|key| key.public().key_id().to_string()).collect()
    }

    #[tokio::test]
    async fn what_was_not_used_is_not_made_again() {
        let spares = Spares::default();
        let bits = RsaBits::default();
        let pace = Pace::BehindRequests;
        let mut new = spares.provide(&CURVES, bits, pace).await.unwrap();
        let first = names(&new);
        assert!(new.take(Algorithm::ES256).is_some() && new.take(Algorithm::ES256).is_none());
        // It is not known whether it stayed.
        spares.keep(new, false);
        let mut new = spares.provide(&CURVES, bits, pace).await.unwrap();
        assert_eq!((names(&new), spares.made()), (first.clone(), 2));
        assert!(new.take(Algorithm::ES256).is_some());
        spares.keep(new, true);
        let new = spares.provide(&CURVES, bits, pace).await.unwrap();
        assert_eq!(spares.made(), 3);
        assert!(names(&new).contains(&first[1]) && !names(&new).contains(&first[0]));
        spares.keep(new, false);
        assert_eq!(names(&spares.at_hand(&[Algorithm::EdDsa], bits)), first[1..]);
    }
}
