//! How a broken rule is told: every place at once, and what to do about it.

use std::fmt::{self, Display, Formatter};

/// One place where a rule does not hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Violation {
    file: String,
    line: usize,
    what: String,
}

impl Violation {
    pub(super) fn new(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            what: what.into(),
        }
    }
}

impl Display for Violation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// Fails with every violation, in the order of the tree, and with what to do.
#[track_caller]
pub(super) fn demand_none(mut violations: Vec<Violation>, what_to_do: &str) {
    violations.sort();
    violations.dedup();
    let places = told(&violations).join("\n  ");
    assert!(
        violations.is_empty(),
        "{} violation(s):\n  {places}\n\nWhat to do: {what_to_do}\n",
        violations.len()
    );
}

/// The violations as text, for the rules' own tests.
pub(super) fn told(violations: &[Violation]) -> Vec<String> {
    violations.iter().map(ToString::to_string).collect()
}

#[test]
#[should_panic(expected = "src/b.rs:2: second\n\nWhat to do: move it")]
fn a_failure_lists_every_place_once_and_says_what_to_do() {
    let violations = [
        ("src/b.rs", 2, "second"),
        ("src/a.rs", 1, "first"),
        ("src/b.rs", 2, "second"),
    ];
    demand_none(
        violations
            .map(|(file, line, what)| Violation::new(file, line, what))
            .to_vec(),
        "move it",
    );
}
