//! Owns the list of floors, and how long each is measured.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use signet::protocol::algorithm::Algorithm;

use super::{database, empty_answer, hashing, signing};
use crate::figures;

/// Something that a machine does so often per second and no oftener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Floor {
    SignRs256,
    SignEs256,
    SignEd25519,
    TokenRs256,
    TokenEs256,
    Argon2id,
    EmptyAnswer,
    Select,
    Update,
    Insert,
}

impl Floor {
    /// Every floor, in the order of the report.
    pub(crate) const ALL: [Self; 10] = [
        Self::SignRs256,
        Self::SignEs256,
        Self::SignEd25519,
        Self::TokenRs256,
        Self::TokenEs256,
        Self::Argon2id,
        Self::EmptyAnswer,
        Self::Select,
        Self::Update,
        Self::Insert,
    ];

    /// What the report calls it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::SignRs256 => "sign RS256 (RSA-2048)",
            Self::SignEs256 => "sign ES256",
            Self::SignEd25519 => "sign Ed25519",
            Self::TokenRs256 => "whole JWS by signet::jose, RS256",
            Self::TokenEs256 => "whole JWS by signet::jose, ES256",
            Self::Argon2id => "argon2id m=19456 t=2 p=1",
            Self::EmptyAnswer => "empty HTTP answer",
            Self::Select => "SELECT by key",
            Self::Update => "UPDATE + commit",
            Self::Insert => "INSERT + commit",
        }
    }

    /// Whether it is computing alone, which is measured on one thread and on two.
    const fn is_computed(self) -> bool {
        !matches!(
            self,
            Self::EmptyAnswer | Self::Select | Self::Update | Self::Insert
        )
    }
}

/// What was measured: per second, on one thread where that says something, and with the whole machine.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Measured {
    one: BTreeMap<Floor, Vec<f64>>,
    all: BTreeMap<Floor, Vec<f64>>,
}

impl Measured {
    /// The median of what one thread can do.
    pub(crate) fn one(&self, floor: Floor) -> Option<f64> {
        self.one
            .get(&floor)
            .map(|samples| figures::median(samples.iter().copied()))
    }

    /// The median of what the machine can do.
    pub(crate) fn all(&self, floor: Floor) -> Option<f64> {
        self.all
            .get(&floor)
            .map(|samples| figures::median(samples.iter().copied()))
    }

    /// The lowest and the highest that was measured with the whole machine.
    pub(crate) fn spread(&self, floor: Floor) -> Option<(f64, f64)> {
        let samples = self.all.get(&floor)?;
        Some((
            samples.iter().copied().fold(f64::MAX, f64::min),
            samples.iter().copied().fold(0.0, f64::max),
        ))
    }
}

/// Where floors are measured.
#[derive(Debug, Clone)]
pub(crate) struct Bed {
    /// PostgreSQL's socket.
    pub(crate) socket: PathBuf,
    /// How many ask at the same time.
    pub(crate) connections: u32,
    /// Threads of computed floors: the processors, as in the tables of the peers.
    pub(crate) threads: usize,
}

/// Measures each of these once more.
pub(crate) async fn measure(
    bed: &Bed,
    needed: &BTreeSet<Floor>,
    measured: &mut Measured,
) -> anyhow::Result<()> {
    for floor in needed.iter().copied() {
        if floor.is_computed() {
            let threads = bed.threads;
            let both = tokio::task::spawn_blocking(move || {
                Ok::<_, anyhow::Error>((computed(floor, 1)?, computed(floor, threads)?))
            });
            let (one, all) = both.await??;
            measured.one.entry(floor).or_default().push(one);
            measured.all.entry(floor).or_default().push(all);
        } else {
            let all = asked(floor, bed).await?;
            measured.all.entry(floor).or_default().push(all);
        }
    }
    Ok(())
}

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(1);

fn computed(floor: Floor, threads: usize) -> anyhow::Result<f64> {
    match floor {
        Floor::SignRs256 => signing::bare(Algorithm::RS256, threads, SHORT),
        Floor::SignEs256 => signing::bare(Algorithm::ES256, threads, SHORT),
        Floor::SignEd25519 => signing::bare(Algorithm::EdDsa, threads, SHORT),
        Floor::TokenRs256 => signing::tokens(Algorithm::RS256, threads, SHORT),
        Floor::TokenEs256 => signing::tokens(Algorithm::ES256, threads, SHORT),
        _ => hashing::rate(threads, LONG),
    }
}

async fn asked(floor: Floor, bed: &Bed) -> anyhow::Result<f64> {
    let statement = match floor {
        Floor::Select => database::SELECT,
        Floor::Update => database::UPDATE,
        Floor::Insert => database::INSERT,
        _ => return empty_answer::rate(bed.connections, LONG).await,
    };
    database::rate(&bed.socket, statement, bed.connections, LONG).await
}
