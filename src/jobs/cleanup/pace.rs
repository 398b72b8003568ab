//! Owns how fast what is over is deleted: as many rows in a statement as it does in a short time, and then a pause as long
//! as the statement took. Where the database is busy the same rows take longer, and so do the pauses.

use std::time::Duration;

/// Rows of the first statement.
const ROWS: i64 = 1000;
/// The fewest of a statement.
const FEWEST: i64 = 100;
/// The most of a statement.
const MOST: i64 = 4000;
/// A statement that took longer has fewer rows the next time.
const LONG: Duration = Duration::from_millis(50);
/// One that was full and took less has more.
const SHORT: Duration = Duration::from_millis(12);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How many rows a statement of a job may delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pace {
    rows: i64,
}

impl Pace {
    pub(super) const fn new() -> Self {
        Self { rows: ROWS }
    }

    pub(super) const fn rows(self) -> i64 {
        self.rows
    }

    /// A statement took so long, the wait for a connection included; says how long to pause.
    pub(super) fn after(&mut self, took: Duration, full: bool) -> Duration {
        if took > LONG {
            self.rows = (self.rows / 2).max(FEWEST);
        } else if full && took < SHORT {
            self.rows = (self.rows * 2).min(MOST);
        }
        took.min(LONGEST_PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_database_gets_smaller_statements_and_longer_pauses() {
        let (slow, quick) = (Duration::from_millis(400), Duration::from_millis(3));
        let mut pace = Pace::new();
        for _ in 0..9 {
            assert_eq!(pace.after(slow, true), slow);
        }
        assert_eq!(pace.rows(), FEWEST);
        for _ in 0..9 {
            assert_eq!(pace.after(quick, true), quick);
        }
        assert_eq!(pace.rows(), MOST);
        assert_eq!(pace.after(quick, false), quick);
        assert_eq!(pace.rows(), MOST);
        assert_eq!(pace.after(Duration::from_mins(1), true), LONGEST_PAUSE);
    }
}
