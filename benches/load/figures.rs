//! Owns arithmetic on measured figures.

use std::time::Duration;

/// A count as a figure.
pub(crate) fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// A large number of something; beyond four thousand million in steps of 1024.
pub(crate) fn large(number: u64) -> f64 {
    u32::try_from(number).map_or_else(|_| large(number / 1024) * 1024.0, f64::from)
}

/// So many in that time, per second.
pub(crate) fn rate(number: usize, time: Duration) -> f64 {
    count(number) / time.as_secs_f64().max(1e-9)
}

/// The median; the upper one of an even number.
pub(crate) fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = figures.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// A percentile of sorted samples (nearest rank); zero without samples.
pub(crate) fn percentile(sorted: &[u32], percent: usize) -> u32 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}
