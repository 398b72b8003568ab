//! Writes what was measured, as a table that can be pasted.

use std::io::Write as _;

use crate::measure::{Case, Outcome};
use crate::stage::Stage;

/// Writes a line; nobody is left to tell if that fails.
pub(crate) fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// What the table is about.
pub(crate) fn head(stage: &Stage, rows: u32, organizations: u32) {
    line(&format!(
        "PostgreSQL {}: {rows} rows in {organizations} organizations; medians, over a loopback connection",
        stage.version
    ));
    line("\n| query | organization in the query | by the policy | ratio | bar 1.10 |");
    line("|---|---|---|---|---|");
}

/// One case.
pub(crate) fn row(case: &Case, outcome: &Outcome) {
    let judged = match (case.judged, outcome.misses(case)) {
        (false, _) => "-",
        (true, false) => "met",
        (true, true) => "missed",
    };
    line(&format!(
        "| {} | {} us | {} us | {:.3} | {judged} |",
        case.name,
        outcome.literal.as_micros(),
        outcome.policy.as_micros(),
        outcome.ratio()
    ));
}
