//! Owns the comparison with a peer that was measured in the same run, row by row.

use super::judge::{Comparison, Report};
use super::text::{Table, figure, or_dash};
use crate::rows::RowResult;

/// Rates and what one operation costs PostgreSQL, ours before the peer's.
pub(super) fn table(report: &Report) -> Table {
    let mut table = Table {
        heading: String::new(),
        columns: vec![
            "",
            "signet",
            "peer",
            "ratio",
            "statements",
            "peer",
            "PostgreSQL µs",
            "peer",
            "log bytes",
            "peer",
        ],
        rows: Vec::new(),
    };
    let Some(comparison) = &report.beside else {
        return table;
    };
    table.heading = format!("Beside {}, in turns, per second", comparison.peer);
    let rows = report.rows.iter().map(|row| {
        let own = &row.result;
        line(own, comparison.rows.iter().find(|peer| peer.row == own.row))
    });
    table.rows = rows.collect();
    table
}

/// What went wrong with the peer.
pub(super) fn remarks(comparison: &Comparison) -> impl Iterator<Item = String> {
    comparison.rows.iter().filter_map(|row| {
        let error = row.error.as_deref()?;
        Some(format!(
            "{}, {}: {} errors, the first: {error}",
            comparison.peer,
            row.row.title(),
            row.errors
        ))
    })
}

fn line(own: &RowResult, peer: Option<&RowResult>) -> Vec<String> {
    let peer = peer.filter(|peer| peer.rate > 0.0);
    let both = |of: &dyn Fn(&RowResult) -> Option<String>| {
        [Some(own), peer].map(|result| or_dash(result.and_then(of), |text| text))
    };
    let [own_rate, peer_rate] = both(&|row| Some(figure(row.rate)));
    let ratio = or_dash(peer, |peer| format!("{:.2}", own.rate / peer.rate));
    let statements = both(&|row| Some(format!("{:.2}", row.cost?.statements)));
    let microseconds = both(&|row| Some(format!("{:.0}", row.postgres_us?)));
    let log_bytes = both(&|row| Some(format!("{:.0}", row.cost?.log_bytes)));
    let figures = [statements, microseconds, log_bytes].into_iter().flatten();
    [own.row.title().to_owned(), own_rate, peer_rate, ratio]
        .into_iter()
        .chain(figures)
        .collect()
}
