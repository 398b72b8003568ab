//! Chance that is the same at every run of one test.

use std::sync::Mutex;

use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use signet::base::entropy::Entropy;

/// A seeded source.
pub struct SeededEntropy(Mutex<ChaCha20Rng>);

impl SeededEntropy {
    /// A source that is its own for each seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().expect("no test panicked here").fill_bytes(buffer);
    }
}
