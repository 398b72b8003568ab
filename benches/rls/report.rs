//! Writes what was measured, as a table that can be pasted.

use std::io::Write as _;
use std::time::Duration;

use crate::measure::{Case, Medians};
use crate::stage::Stage;
use crate::sync::Lags;

/// Issue 4: the lag that all but one of a hundred changes stay below.
const LAG_BAR: Duration = Duration::from_secs(1);

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
pub(crate) fn row(case: &Case, outcome: &Medians) {
    let judged = match (case.judged, outcome.misses(case)) {
        (false, _) => "-",
        (true, false) => "kept",
        (true, true) => "MISSED",
    };
    line(&format!(
        "| {} | {} us | {} us | {:.3} | {judged} |",
        case.name,
        outcome.literal.as_micros(),
        outcome.policy.as_micros(),
        outcome.ratio()
    ));
}

/// How long a removal takes to be known downstream, and whether that is too long.
pub(crate) fn lags(lags: &Lags) -> bool {
    let missed = lags.percentile(99) > LAG_BAR;
    line(&format!(
        "signet rls sync: {} removals, {:.0} in a second; from the commit to a row that another session downstream sees",
        lags.count(),
        lags.per_second
    ));
    line("\n| p50 | p99 | max | bar p99 <= 1 s |");
    line("|---|---|---|---|");
    line(&format!(
        "| {} ms | {} ms | {} ms | {} |",
        lags.percentile(50).as_millis(),
        lags.percentile(99).as_millis(),
        lags.percentile(100).as_millis(),
        if missed { "MISSED" } else { "kept" }
    ));
    missed
}
