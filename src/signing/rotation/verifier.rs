//! Owns what is known of who fetches the key set: when last, and how often. Intervals are kept as counts of powers of
//! two, so that a verifier is a fixed number of bytes however often it comes.

use std::time::Duration;

use crate::base::clock::{self, Timestamp};
use crate::db::changes::FRESH_FOR;
use crate::signing::store::VerifierRow;

/// Intervals up to 2⁰, 2¹, … 2¹⁷ seconds (a day and a half), and all longer ones: whoever was away so long did not
/// refresh, it was away.
pub(super) const BUCKETS: usize = 19;
/// Of so many in a hundred intervals the longest counts.
const QUANTILE: u64 = 99;
/// Whoever has not come for so long is no measure for the others.
const REMEMBERED: Duration = Duration::from_hours(30 * 24);
/// Whoever was seen to come again less often has no measured refresh: a few fetches are too little to make keys wait.
const LEAST: u64 = 5;
/// A verifier that no rotation waits for, and that has not come for so long, is not warned of.
const RECENT: Duration = Duration::from_hours(7 * 24);

/// The most names that a line shows.
const SHOWN: usize = 10;

/// Somebody who fetches the key set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    /// The name that it gives itself, else its product and network.
    pub name: String,
    /// Whether it named itself.
    pub named: bool,
    /// When it came last.
    pub last_fetched_at: Timestamp,
    /// How often it came.
    pub fetches: u64,
    /// How many intervals of which length.
    pub intervals: [u64; BUCKETS],
}

impl Verifier {
    pub(super) fn read(row: VerifierRow) -> Self {
        let mut intervals = [0; BUCKETS];
        for (bucket, count) in intervals.iter_mut().zip(row.intervals) {
            *bucket = u64::try_from(count).unwrap_or(0);
        }
        Self {
            name: row.name,
            named: row.named,
            last_fetched_at: row.last_fetched_at,
            fetches: u64::try_from(row.fetches).unwrap_or(0),
            intervals,
        }
    }

    /// How long it takes to come again, but for one time in a hundred; none if it came once.
    #[must_use]
    pub fn refresh(&self) -> Option<Duration> {
        quantile(&self.intervals, QUANTILE)
    }

    /// The same where it was seen to come again often enough to measure by.
    fn measured(&self) -> Option<Duration> {
        let refreshes = self.intervals.get(..BUCKETS - 1).unwrap_or_default();
        let seen: u64 = refreshes.iter().sum();
        self.refresh().filter(|_| seen >= LEAST)
    }

    /// Whether a rotation waits for it. Anybody can make up a name; only configuration says which are real.
    #[must_use]
    pub fn is_listed(&self, listed: &[String]) -> bool {
        self.named && listed.contains(&self.name)
    }

    /// Whether it may not have seen what was published then: a replica may answer with the set from before until it must
    /// not trust that any more.
    #[must_use]
    pub fn has_missed(&self, published_at: Timestamp) -> bool {
        self.last_fetched_at <= clock::after(published_at, FRESH_FOR)
    }

    /// Whether it came lately.
    #[must_use]
    pub fn is_recent(&self, now: Timestamp) -> bool {
        self.last_fetched_at > clock::before(now, RECENT)
    }
}

/// In which count an interval belongs.
pub(super) fn bucket(interval: Duration) -> usize {
    let seconds = interval.as_secs().max(1);
    // The power of two that is not smaller.
    let power = u64::BITS - (seconds - 1).leading_zeros();
    usize::try_from(power).unwrap_or(BUCKETS).min(BUCKETS - 1)
}

/// The slowest refresh of the listed verifiers that come.
pub(super) fn slowest(verifiers: &[Verifier], listed: &[String], now: Timestamp) -> Duration {
    let since = clock::before(now, REMEMBERED);
    let coming = verifiers
        .iter()
        .filter(|verifier| verifier.is_listed(listed) && verifier.last_fetched_at > since);
    coming.filter_map(Verifier::measured).max().unwrap_or_default()
}

/// Names for people: the first ones, and how many more there are. Anybody can make up names.
#[must_use]
pub fn first_names(names: &[String]) -> String {
    let first = names.get(..SHOWN.min(names.len())).unwrap_or_default().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// The bound below which so many in a hundred intervals are, those aside that are too long to be a refresh.
fn quantile(intervals: &[u64; BUCKETS], percent: u64) -> Option<Duration> {
    let refreshes = intervals.get(..BUCKETS - 1).unwrap_or_default();
    let all: u64 = refreshes.iter().sum();
    let wanted = all.saturating_mul(percent).div_ceil(100);
    let mut seen = 0;
    let mut bounded = refreshes.iter().enumerate();
    let (bucket, _) = bounded.find(|(_, count)| {
        seen += **count;
        seen >= wanted && all > 0
    })?;
    Some(Duration::from_secs(1 << bucket))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_counts_by_the_power_of_two_that_holds_it() {
        for (seconds, expected) in [
            (0, 0),
            (1, 0),
            (2, 1),
            (3, 2),
            (4, 2),
            (300, 9),
            (512, 9),
            (513, 10),
        ] {
            assert_eq!(bucket(Duration::from_secs(seconds)), expected, "{seconds}");
        }
        assert_eq!(bucket(Duration::from_secs(131_072)), BUCKETS - 2);
        assert_eq!(bucket(Duration::from_secs(131_073)), BUCKETS - 1);
        assert_eq!(bucket(Duration::MAX), BUCKETS - 1);
    }

    #[test]
    fn a_line_shows_ten_names_and_how_many_more_there_are() {
        let names: Vec<String> = (0..12).map(|number| format!("n{number}")).collect();
        assert_eq!(first_names(&names[..2]), "n0, n1");
        assert_eq!(
            first_names(&names),
            "n0, n1, n2, n3, n4, n5, n6, n7, n8, n9 and 2 more"
        );
    }

    #[test]
    fn the_slow_ones_count_unless_they_are_one_in_a_hundred_or_were_away() {
        let mut intervals = [0; BUCKETS];
        assert_eq!(quantile(&intervals, 99), None);
        intervals[BUCKETS - 1] = 5;
        assert_eq!(quantile(&intervals, 99), None, "it was away");
        intervals[9] = 99;
        intervals[12] = 1;
        assert_eq!(quantile(&intervals, 99), Some(Duration::from_secs(512)));
        intervals[12] = 2;
        assert_eq!(quantile(&intervals, 99), Some(Duration::from_secs(4096)));
    }
}
