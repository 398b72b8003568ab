//! Owns refresh families that were filled in beforehand. Who they belong to is the database's matter; their tokens follow
//! from their number, and are made when a row needs them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use signet::base::entropy::Entropy;
use signet::base::handle::BackupEpoch;
use signet::signing::key_set::KeySet;
use signet::token::refresh_token::{GrantRandom, RefreshToken};

/// So many that a run meets hardly any of them twice, and its pages are not in the cache from before.
const TAKEN: u64 = 65_536;
/// Rows that take families of one kind; each takes others, since a token counts once.
const ROWS: u64 = 3;
/// Odd and prime, so that multiplying by it visits every family of any number once, in no order.
const STRIDE: u64 = 2_654_435_761;

/// Families that were filled in, numbered from 0. Those with an even number ask for an ID token.
pub(crate) struct Families {
    number: u64,
    keys: Arc<KeySet>,
    epoch: BackupEpoch,
    taken: [AtomicU64; 2],
}

impl Families {
    pub(crate) fn new(number: u32, keys: Arc<KeySet>, epoch: BackupEpoch) -> Self {
        Self {
            number: u64::from(number),
            keys,
            epoch,
            taken: [AtomicU64::new(0), AtomicU64::new(0)],
        }
    }

    /// What the row of a family keeps of its token.
    pub(crate) fn random(number: u64) -> GrantRandom {
        GrantRandom::new(&Seeded(Mutex::new(ChaCha8Rng::seed_from_u64(number))))
    }

    /// The refresh tokens of families that nobody has taken.
    pub(super) fn take(&self, openid: bool) -> anyhow::Result<Vec<String>> {
        let of_this_kind = self.number / 2;
        let wanted = TAKEN.min(of_this_kind / ROWS);
        let [with, without] = &self.taken;
        let begin = if openid { with } else { without }.fetch_add(wanted, Ordering::Relaxed);
        anyhow::ensure!(begin + wanted <= of_this_kind, "too few families are left");
        (begin..begin + wanted)
            .map(|place| {
                let number = scattered(place, of_this_kind) * 2 + u64::from(!openid);
                let token = RefreshToken {
                    random: Self::random(number),
                    generation: 0,
                };
                let text = token.compose(&self.keys, self.epoch);
                Ok(text.context("no token can be made")?.expose().to_owned())
            })
            .collect()
    }
}

/// A place in another order, so that neighbours in the database do not follow each other.
fn scattered(place: u64, of: u64) -> u64 {
    place * STRIDE % of.max(1)
}

/// Chance that is the same for the same seed.
struct Seeded(Mutex<ChaCha8Rng>);

impl Entropy for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(buffer);
    }
}
