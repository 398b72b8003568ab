//! Owns PostgreSQL's transaction snapshots in their text form, `xmin:xmax:xip,…`: which transactions a reader has
//! seen. What a transaction wrote that commits late has a small number, so a number alone would skip it.

use std::fmt;

/// The most running transactions that are listed; with more, everything above the oldest counts as unseen.
const LONGEST_LIST: usize = 100;

/// Which transactions were over when something was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// All below are over.
    xmin: u64,
    /// All from here on had not begun.
    xmax: u64,
    /// Between the two, those that were running.
    running: Vec<u64>,
}

impl Snapshot {
    /// Before every transaction.
    #[must_use]
    pub const fn nothing() -> Self {
        Self {
            xmin: 1,
            xmax: 1,
            running: Vec::new(),
        }
    }

    /// Reads the text form as strictly as PostgreSQL does.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut fields = text.split(':');
        let (xmin, xmax, list) = (fields.next()?, fields.next()?, fields.next()?);
        let (xmin, xmax) = (number(xmin)?, number(xmax)?);
        let running: Vec<u64> = match list {
            "" => Vec::new(),
            list => list.split(',').map(number).collect::<Option<_>>()?,
        };
        let inside = running
            .iter()
            .all(|transaction| (xmin..xmax).contains(transaction));
        (fields.next().is_none() && xmin <= xmax && inside && running.is_sorted_by(|one, next| one < next))
            .then_some(Self { xmin, xmax, running })
    }

    /// The same view of everything up to a transaction, that one included, and of nothing after it.
    #[must_use]
    pub fn up_to(self, last: u64) -> Self {
        let xmax = last.saturating_add(1).min(self.xmax);
        Self {
            xmin: self.xmin.min(xmax),
            xmax,
            running: self
                .running
                .into_iter()
                .filter(|running| *running < xmax)
                .collect(),
        }
    }
}

/// A transaction's number in its only spelling.
fn number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number > 0 && i64::try_from(number).is_ok() && number.to_string() == text).then_some(number)
}

impl fmt::Display for Snapshot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.running.len() > LONGEST_LIST {
            return write!(formatter, "{0}:{0}:", self.xmin);
        }
        write!(formatter, "{}:{}:", self.xmin, self.xmax)?;
        for (index, running) in self.running.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(formatter, "{comma}{running}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_is_read_strictly() {
        for text in ["1:1:", "10:20:", "10:20:10", "10:20:10,14,19"] {
            assert_eq!(
                Snapshot::parse(text)
                    .map(|snapshot| snapshot.to_string())
                    .as_deref(),
                Some(text)
            );
        }
        for text in [
            "",
            "1",
            "1:2",
            "0:1:",
            "2:1:",
            "10:20:9",
            "10:20:20",
            "10:20:12,11",
            "10:20:11,11",
            "10:20:11,",
            "+1:2:",
            "01:2:",
            "1:2::",
            "1:99999999999999999999:",
            "1:9223372036854775808:",
        ] {
            assert_eq!(Snapshot::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_shortened_view_forgets_what_comes_later() {
        let up_to = |last| {
            let snapshot = Snapshot::parse("10:20:10,14,19").map(|snapshot| snapshot.up_to(last));
            snapshot.map_or_else(String::new, |snapshot| snapshot.to_string())
        };
        assert_eq!(up_to(5), "6:6:");
        assert_eq!(up_to(9), "10:10:");
        assert_eq!(up_to(14), "10:15:10,14");
        assert_eq!(up_to(30), "10:20:10,14,19");
    }

    #[test]
    fn a_long_list_is_left_out() {
        let running: Vec<String> = (10..200).map(|number| number.to_string()).collect();
        let snapshot = Snapshot::parse(&format!("10:200:{}", running.join(",")));
        assert_eq!(
            snapshot.map(|snapshot| snapshot.to_string()).as_deref(),
            Some("10:10:")
        );
    }
}
