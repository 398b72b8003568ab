//! Owns how a table without an index for it is gone through: a stretch of its pages at a time, so that no statement takes
//! longer because the table has grown.

/// Pages of one statement: 16 MB, some ten milliseconds.
const PAGES: u32 = 2000;

/// A stretch of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    first: u32,
}

/// What a statement found in a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walked {
    /// Rows that it deleted.
    pub deleted: u64,
    /// Pages of the whole table.
    pub pages: i64,
}

impl Span {
    /// The stretch that a table begins with.
    #[must_use]
    pub const fn first() -> Self {
        Self { first: 0 }
    }

    /// Its first row would be here, as a `tid`.
    #[must_use]
    pub fn from(self) -> String {
        format!("({},0)", self.first)
    }

    /// The first row behind it would be here.
    #[must_use]
    pub fn to(self) -> String {
        format!("({},0)", self.end())
    }

    /// The stretch behind it; none if the table ends before.
    #[must_use]
    pub fn next(self, pages: i64) -> Option<Self> {
        let next = Self { first: self.end() };
        (i64::from(next.first) < pages).then_some(next)
    }

    const fn end(self) -> u32 {
        self.first.saturating_add(PAGES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_ends_with_its_table() {
        let first = Span::first();
        assert_eq!(
            (first.from().as_str(), first.to().as_str()),
            ("(0,0)", "(2000,0)")
        );
        assert_eq!(first.next(0), None);
        assert_eq!(first.next(2000), None);
        let second = first.next(2001).unwrap();
        assert_eq!(second.from(), first.to());
        assert_eq!(second.next(2001), None);
    }
}
