//! `joins.txt`: the few statements that may touch a table of another room.

use super::report::{Violation, told};

const LIST: &str = include_str!("joins.txt");
pub(super) const PATH: &str = "tests/it/house/joins.txt";

/// How the reason begins where the statement also writes.
const WRITES: &str = "writes:";

/// One permitted statement.
#[derive(Debug)]
pub(super) struct Join {
    pub(super) file: String,
    pub(super) table: String,
    pub(super) writes: bool,
    pub(super) line: usize,
}

/// The list of the house, and its lines that say too little.
pub(super) fn of_the_house() -> (Vec<Join>, Vec<Violation>) {
    read(LIST)
}

/// Reads lines of `<file> <table> <reason>`.
pub(super) fn read(list: &str) -> (Vec<Join>, Vec<Violation>) {
    let (mut joins, mut violations) = (Vec::new(), Vec::new());
    for (at, entry) in list
        .lines()
        .enumerate()
        .filter(|(_, entry)| !entry.is_empty() && !entry.starts_with('#'))
    {
        let mut words = entry.split_whitespace();
        let (file, table, reason) = (words.next(), words.next(), words.next());
        let writes = reason == Some(WRITES);
        let said = if writes { words.next() } else { reason };
        match (file, table, said) {
            (Some(file), Some(table), Some(_)) => {
                joins.push(Join {
                    file: file.to_owned(),
                    table: table.to_owned(),
                    writes,
                    line: at + 1,
                });
            }
            _ => violations.push(Violation::new(
                PATH,
                at + 1,
                "the line is not `<file> <table> <reason>`",
            )),
        }
    }
    (joins, violations)
}

#[test]
fn a_join_needs_a_reason() {
    let (joins, violations) = read(
        "# why\n\nsrc/a/store.rs auth.users one statement\nsrc/a/store.rs auth.users\n\
        src/b/store.rs auth.codes writes: ends the grant\nsrc/b/store.rs auth.codes writes:\n",
    );
    let read: Vec<_> = joins
        .iter()
        .map(|join| (join.file.as_str(), join.writes, join.line))
        .collect();
    assert_eq!(read, [("src/a/store.rs", false, 3), ("src/b/store.rs", true, 5)]);
    assert_eq!(told(&violations).len(), 2);
}
