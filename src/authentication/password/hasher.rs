//! Owns the computing of password hashes: as many at once as there are permits, a bounded queue before them, on
//! threads of their own, in memory that is used again (a fresh 19 MiB for each hash costs a quarter of it in page
//! faults). A request that is dropped meanwhile leaks nothing: permit and memory belong to the computation.

use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use super::phc::{Cost, PasswordHash};
use super::rules::Password;
use crate::base::entropy::{self, Entropy};

const SALT_LENGTH: usize = 16;
const OUTPUT_LENGTH: usize = 32;

/// Hashes that were computed; it says nothing of what became of them.
const COMPUTED: &str = "signet_password_hashes_total";

/// How many hashes are computed, and at which cost.
#[derive(Debug, Clone, Copy)]
pub struct HasherSettings {
    /// What a new hash costs.
    pub cost: Cost,
    /// How many are computed at once.
    pub permits: NonZero<usize>,
    /// How many may wait for a permit.
    pub waiters: usize,
    /// How long each waits at most.
    pub longest_wait: Duration,
}

impl Default for HasherSettings {
    /// One hash a core, 64 waiters, two seconds.
    fn default() -> Self {
        Self {
            cost: Cost::default(),
            permits: std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN),
            waiters: 64,
            longest_wait: Duration::from_secs(2),
        }
    }
}

/// Why no hash was computed. Neither says anything about the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// The queue is full, or the wait was too long: 503 with Retry-After, and the attempt is released.
    #[error("too many passwords are being checked")]
    Busy,
    /// The computation did not end.
    #[error("a password hash could not be computed")]
    Failed,
    /// The configured cost is none that this server is willing to pay.
    #[error("the configured cost of password hashes is out of bounds")]
    Cost,
}

/// What a presented password is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The one that was stored.
    Right {
        /// Whether it was stored at another cost than new ones are.
        rehash: bool,
    },
    /// Another one.
    Wrong,
}

/// Computes password hashes; cheap to clone.
#[derive(Debug, Clone)]
pub struct Hasher {
    settings: HasherSettings,
    permits: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    buffers: Arc<Buffers>,
}

impl Hasher {
    /// A hasher with its own permits, queue and memory.
    pub fn new(settings: HasherSettings) -> Result<Self, HashError> {
        if !settings.cost.is_bearable() {
            return Err(HashError::Cost);
        }
        Ok(Self {
            settings,
            permits: Arc::new(Semaphore::new(settings.permits.get())),
            waiting: Arc::new(Semaphore::new(settings.waiters)),
            buffers: Arc::new(Buffers {
                blocks: blocks(settings.cost),
                idle: Mutex::default(),
            }),
        })
    }

    /// Hashes a new password.
    pub async fn hash(&self, password: &Password, entropy: &dyn Entropy) -> Result<PasswordHash, HashError> {
        let salt = entropy::bytes::<SALT_LENGTH>(entropy);
        let output = self
            .compute(password, salt.to_vec(), self.settings.cost, OUTPUT_LENGTH)
            .await?;
        Ok(PasswordHash::new(self.settings.cost, &salt, &output))
    }

    /// Compares a presented password with a stored one.
    pub async fn verify(&self, password: &Password, stored: &PasswordHash) -> Result<Verdict, HashError> {
        let output = self
            .compute(
                password,
                stored.salt().to_vec(),
                stored.cost(),
                stored.output().len(),
            )
            .await?;
        if bool::from(output.ct_eq(stored.output())) {
            Ok(Verdict::Right {
                rehash: stored.cost() != self.settings.cost,
            })
        } else {
            Ok(Verdict::Wrong)
        }
    }

    /// Takes as long as [`verify`](Self::verify) of a hash at today's cost, where there is none to compare with.
    pub async fn verify_nothing(&self, password: &Password) -> Result<(), HashError> {
        let salt = vec![0; SALT_LENGTH];
        self.compute(password, salt, self.settings.cost, OUTPUT_LENGTH)
            .await
            .map(drop)
    }

    async fn compute(
        &self,
        password: &Password,
        salt: Vec<u8>,
        cost: Cost,
        length: usize,
    ) -> Result<Zeroizing<Vec<u8>>, HashError> {
        let permit = self.admit().await?;
        metrics::counter!(COMPUTED).increment(1);
        let buffers = Arc::clone(&self.buffers);
        let password = password.clone();
        let computation = tokio::task::spawn_blocking(move || {
            let mut memory = buffers.take(blocks(cost));
            let output = derive(&password, &salt, cost, length, &mut memory);
            buffers.give_back(memory);
            drop(permit);
            output
        });
        computation.await.map_err(|_| HashError::Failed)?
    }

    async fn admit(&self) -> Result<OwnedSemaphorePermit, HashError> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(permit);
        }
        let _place = self.waiting.try_acquire().map_err(|_| HashError::Busy)?;
        let permit = Arc::clone(&self.permits).acquire_owned();
        tokio::time::timeout(self.settings.longest_wait, permit)
            .await
            .map_err(|_| HashError::Busy)?
            .map_err(|_| HashError::Failed)
    }
}

fn derive(
    password: &Password,
    salt: &[u8],
    cost: Cost,
    length: usize,
    memory: &mut [Block],
) -> Result<Zeroizing<Vec<u8>>, HashError> {
    let parameters =
        Params::new(cost.memory, cost.passes, cost.lanes, None).map_err(|_| HashError::Failed)?;
    let mut output = Zeroizing::new(vec![0; length]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut output, memory)
        .map_err(|_| HashError::Failed)?;
    Ok(output)
}

/// The blocks of 1 KiB that a hash needs.
const fn blocks(cost: Cost) -> usize {
    cost.memory as usize
}

/// Memory for hashes at today's cost, never more than were computed at once.
struct Buffers {
    blocks: usize,
    idle: Mutex<Vec<Vec<Block>>>,
}

impl Buffers {
    fn take(&self, blocks: usize) -> Vec<Block> {
        if blocks > self.blocks {
            // Imported hashes may need more; that is given back to the system.
            return vec![Block::new(); blocks];
        }
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.unwrap_or_else(|| vec![Block::new(); self.blocks])
    }

    fn give_back(&self, memory: Vec<Block>) {
        if memory.len() == self.blocks {
            self.idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(memory);
        }
    }
}

impl std::fmt::Debug for Buffers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Buffers")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::entropy::SystemEntropy;
    use crate::base::secret::Secret;

    const CHEAP: Cost = Cost {
        memory: 64,
        passes: 1,
        lanes: 1,
    };

    fn hasher(permits: usize, waiters: usize) -> Hasher {
        Hasher::new(HasherSettings {
            cost: CHEAP,
            permits: NonZero::new(permits).unwrap(),
            waiters,
            longest_wait: Duration::from_millis(20),
        })
        .unwrap()
    }

    fn password(text: &str) -> Password {
        Password::presented(&Secret::new(text.to_owned())).unwrap()
    }

    #[tokio::test]
    async fn used_memory_does_not_change_what_is_computed() {
        let hasher = hasher(1, 0);
        let stored = hasher
            .hash(&password("first passphrase"), &SystemEntropy)
            .await
            .unwrap();
        hasher.verify_nothing(&password("another")).await.unwrap();
        let stored = PasswordHash::parse(stored.expose()).unwrap();
        let right = hasher.verify(&password("first passphrase"), &stored).await;
        assert_eq!(right, Ok(Verdict::Right { rehash: false }));
        let wrong = hasher.verify(&password("first passphrasE"), &stored).await;
        assert_eq!(wrong, Ok(Verdict::Wrong));
        assert_eq!(hasher.buffers.idle.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_hash_of_another_implementation_is_verified() {
        // From the test vectors of the reference implementation (argon2id, version 19).
        let text = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        let stored = PasswordHash::parse(text).unwrap();
        let verdict = hasher(1, 0).verify(&password("password"), &stored).await;
        assert_eq!(verdict, Ok(Verdict::Right { rehash: true }));
    }

    #[tokio::test]
    async fn a_full_queue_is_busy_and_a_long_wait_too() {
        let full = hasher(1, 0);
        let held = full.admit().await.unwrap();
        assert_eq!(full.verify_nothing(&password("x")).await, Err(HashError::Busy));
        drop(held);
        assert_eq!(full.verify_nothing(&password("x")).await, Ok(()));
        let slow = hasher(1, 1);
        let _held = slow.admit().await.unwrap();
        assert_eq!(slow.verify_nothing(&password("x")).await, Err(HashError::Busy));
    }

    #[tokio::test]
    async fn a_dropped_request_leaks_no_permit() {
        let hasher = hasher(1, 1);
        let presented = password("x");
        for _ in 0..20 {
            let request = hasher.verify_nothing(&presented);
            let _ = tokio::time::timeout(Duration::ZERO, request).await;
        }
        let permit = tokio::time::timeout(Duration::from_secs(5), hasher.permits.acquire()).await;
        assert!(permit.is_ok());
        assert_eq!(hasher.waiting.available_permits(), 1);
    }

    #[test]
    fn a_cost_beyond_the_caps_is_no_setting() {
        let settings = HasherSettings {
            cost: Cost {
                memory: 1 << 22,
                ..CHEAP
            },
            ..HasherSettings::default()
        };
        assert_eq!(Hasher::new(settings).err(), Some(HashError::Cost));
    }
}
