//! Owns the floor of password logins: argon2id at the server's default cost, in memory that is used again.

use std::time::Duration;

use argon2::{Algorithm, Argon2, Block, Params, Version};

use super::signing::{on_threads, repeat};

const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;

/// Hashes per second on so many threads.
pub(super) fn rate(threads: usize, time: Duration) -> anyhow::Result<f64> {
    on_threads(threads, || {
        let parameters =
            Params::new(MEMORY, PASSES, 1, None).map_err(|error| anyhow::anyhow!("argon2: {error}"))?;
        let mut memory = vec![Block::default(); parameters.block_count()];
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
        let mut output = [0; 32];
        repeat(time, || {
            argon2
                .hash_password_into_with_memory(b"the floor", &[7; 16], &mut output, &mut memory)
                .map_err(|error| anyhow::anyhow!("argon2: {error}"))
        })
    })
}
