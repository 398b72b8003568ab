//! Owns the judgement: each row's ratio to the lower of its floors, against the best peer's ratio to theirs.

use serde::Serialize;

use super::peers::{self, IDLE_MEMORY, START};
use crate::beside::Beside;
use crate::floors::{Floor, Measured};
use crate::meter::Memory;
use crate::rows::{Pair, RowName, RowResult};
use crate::stage::Start;

/// Under which conditions it was measured.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    pub(crate) threads: usize,
    pub(crate) openssl: String,
    pub(crate) postgres: String,
    pub(crate) connections: u32,
    pub(crate) seconds: f64,
    pub(crate) runs: u32,
    pub(crate) optimized: bool,
}

/// A floor as it was measured.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FloorFigure {
    pub(super) floor: Floor,
    pub(super) one_thread: Option<f64>,
    pub(super) machine: f64,
    pub(super) lowest: f64,
    pub(super) highest: f64,
    pub(super) peers_machine: f64,
}

/// A row and what it is worth.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Judged {
    #[serde(flatten)]
    pub(super) result: RowResult,
    pub(super) floor: Floor,
    pub(super) floor_rate: f64,
    pub(super) ratio: f64,
    pub(super) peer: &'static str,
    pub(super) peer_rate: f64,
    pub(super) peer_ratio: f64,
    /// Ahead of the best peer, without an error.
    pub(super) ahead: bool,
    pub(super) goal_ratio: f64,
    /// What the goal is on this machine, per second.
    pub(super) goal_rate: f64,
    /// The part of the goal that is reached.
    pub(super) reached: f64,
    pub(super) statements_goal: Option<f64>,
    pub(super) log_bytes_goal: Option<f64>,
}

/// The rows of a peer that was measured beside.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Comparison {
    /// What it is, with its versions.
    pub(super) peer: String,
    /// Those that it has.
    pub(super) rows: Vec<RowResult>,
}

/// Everything that was measured.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    pub(super) machine: Machine,
    pub(super) floors: Vec<FloorFigure>,
    pub(super) rows: Vec<Judged>,
    /// Rows for which there was no time.
    pub(super) left_out: Vec<RowName>,
    /// What was measured beside, in the same run.
    pub(super) beside: Option<Comparison>,
    pub(super) start: Option<Start>,
    pub(super) idle_memory_mib: Option<f64>,
    pub(super) loaded_memory_mib: Option<Memory>,
}

impl Report {
    /// Judges what was measured.
    pub(crate) fn new(
        machine: Machine,
        floors: &Measured,
        results: Vec<Pair>,
        left_out: Vec<RowName>,
        beside: Option<&Beside>,
    ) -> Self {
        let (own, peers): (Vec<_>, Vec<_>) = results.into_iter().map(|pair| (pair.own, pair.peer)).unzip();
        let beside = beside.map(|beside| Comparison {
            peer: beside.title.clone(),
            rows: peers.into_iter().flatten().collect(),
        });
        let figures = Floor::ALL.into_iter().filter_map(|floor| {
            let (lowest, highest) = floors.spread(floor)?;
            let (one_thread, machine) = (floors.one(floor), floors.all(floor)?);
            Some(FloorFigure {
                floor,
                one_thread,
                machine,
                lowest,
                highest,
                peers_machine: peers::floor(floor),
            })
        });
        Self {
            machine,
            floors: figures.collect(),
            rows: own
                .into_iter()
                .filter_map(|result| judge(result, floors))
                .collect(),
            left_out,
            beside,
            start: None,
            idle_memory_mib: None,
            loaded_memory_mib: None,
        }
    }

    /// Adds what was measured of the process.
    pub(crate) fn with_process(
        self,
        start: Option<Start>,
        idle: Option<f64>,
        loaded: Option<Memory>,
    ) -> Self {
        Self {
            start,
            idle_memory_mib: idle,
            loaded_memory_mib: loaded,
            ..self
        }
    }

    /// Whether the command succeeds: no errors, and with `check` nothing behind the bar.
    pub(crate) fn passes(&self, check: bool) -> bool {
        let sound = self.left_out.is_empty()
            && self
                .rows
                .iter()
                .all(|row| row.result.errors == 0 && row.result.rate > 0.0);
        let ahead = self.rows.iter().all(|row| row.ahead)
            && self.start.is_none_or(|start| start.seconds <= START.0)
            && self.idle_memory_mib.is_none_or(|memory| memory <= IDLE_MEMORY.0);
        sound && (ahead || !check)
    }
}

fn judge(result: RowResult, floors: &Measured) -> Option<Judged> {
    let standard = peers::standard(result.row);
    let measured = result
        .row
        .floors()
        .iter()
        .filter_map(|floor| Some((*floor, floors.all(*floor)?)));
    let (floor, floor_rate) = measured.min_by(|(_, one), (_, other)| one.total_cmp(other))?;
    let ratio = result.rate / floor_rate;
    let peer_ratio = standard.figure / peers::lowest(result.row);
    Some(Judged {
        floor,
        floor_rate,
        ratio,
        peer: standard.peer,
        peer_rate: standard.figure,
        peer_ratio,
        ahead: ratio > peer_ratio && result.errors == 0,
        goal_ratio: standard.goal,
        goal_rate: standard.goal * floor_rate,
        reached: ratio / standard.goal,
        statements_goal: standard.statements,
        log_bytes_goal: standard.log_bytes,
        result,
    })
}
