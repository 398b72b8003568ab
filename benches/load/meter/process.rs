//! Owns the reading of `/proc`. Where there is none, nothing is said.

use std::fs;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::figures;

/// Linux counts processor time in hundredths of a second, on every architecture.
const TICK: Duration = Duration::from_millis(10);

/// The processes whose time is counted.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Watched {
    /// The first process of the server, with its children.
    pub(crate) server: Option<u32>,
    /// The first process of PostgreSQL, with all of its children, past and present.
    pub(crate) postgres: Option<u32>,
}

/// Processor time that was used until a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Processors {
    at: Instant,
    server: Option<Duration>,
    postgres: Option<Duration>,
    generator: Option<Duration>,
}

/// Who used how much, in percent of one processor.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Shares {
    /// The server.
    pub(crate) server: Option<f64>,
    /// PostgreSQL.
    pub(crate) postgres: Option<f64>,
    /// This program.
    pub(crate) generator: Option<f64>,
}

impl Processors {
    /// Reads the counters.
    pub(crate) fn now(watched: Watched) -> Self {
        Self {
            server: watched.server.and_then(family),
            postgres: watched.postgres.and_then(family),
            generator: read(std::process::id()).map(|stat| stat.own),
            at: Instant::now(),
        }
    }

    /// What was used since.
    pub(crate) fn since(watched: Watched, before: Self) -> Shares {
        let now = Self::now(watched);
        let time = now.at.duration_since(before.at).as_secs_f64();
        let share = |now: Option<Duration>, before: Option<Duration>| {
            Some(now?.saturating_sub(before?).as_secs_f64() / time.max(1e-9) * 100.0)
        };
        Shares {
            server: share(now.server, before.server),
            postgres: share(now.postgres, before.postgres),
            generator: share(now.generator, before.generator),
        }
    }
}

/// Memory of a process, in MiB.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Memory {
    /// Resident now.
    pub(crate) resident: f64,
    /// The most that ever was.
    pub(crate) peak: f64,
}

/// How much memory a process has.
pub(crate) fn memory(pid: u32) -> Option<Memory> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
        Some(figures::large(kibibytes) / 1024.0)
    };
    Some(Memory {
        resident: field("VmRSS:")?,
        peak: field("VmHWM:")?,
    })
}

/// The process that started another.
pub(crate) fn parent(pid: u32) -> Option<u32> {
    Some(read(pid)?.parent)
}

struct Stat {
    parent: u32,
    own: Duration,
    reaped: Duration,
}

fn read(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold anything. After it: state, ppid, …; utime, stime, cutime, cstime are 12 to 15.
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index)?.parse::<u32>().ok();
    Some(Stat {
        parent: ticks(1)?,
        own: TICK * (ticks(11)? + ticks(12)?),
        reaped: TICK * (ticks(13)? + ticks(14)?),
    })
}

/// A process with its children: those that ended are in its own counters.
fn family(pid: u32) -> Option<Duration> {
    let first = read(pid)?;
    let children = fs::read_dir("/proc")
        .ok()?
        .flatten()
        .filter_map(|entry| read(entry.file_name().to_str()?.parse().ok()?))
        .filter(|stat| stat.parent == pid)
        .map(|stat| stat.own)
        .sum::<Duration>();
    Some(first.own + first.reaped + children)
}
