//! The floor table: which room stands where, and who may use whom. The data is `floors.txt`.

use std::collections::{BTreeMap, BTreeSet};

use super::report::{Violation, demand_none, told};
use super::tree::{TextFile, files_in, house};

const TABLE: &str = include_str!("floors.txt");

/// The line of the table for what no room may name.
const OUTSIDE: &str = "outside";

/// The table, read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Floors {
    rooms: BTreeMap<String, u8>,
    /// From a room to the neighbours it may use, at one arrow's distance.
    uses: BTreeMap<String, BTreeSet<String>>,
    outside: BTreeSet<String>,
}

impl Floors {
    pub(super) fn of_the_house() -> Self {
        Self::parse(TABLE).expect("floors.txt is a floor table")
    }

    /// Reads lines of `floor | rooms`.
    pub(super) fn parse(table: &str) -> Result<Self, String> {
        let mut floors = Self::default();
        let lines = table
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        for line in lines {
            let (floor, rooms) = line
                .split_once('|')
                .ok_or_else(|| format!("no `|` in `{line}`"))?;
            for chain in rooms.split([',', ';']) {
                let chain: Vec<&str> = chain.split('→').map(str::trim).collect();
                floors.add(floor.trim(), &chain)?;
            }
        }
        match floors.rooms.keys().find(|room| floors.reaches(room, room)) {
            Some(room) => Err(format!("the arrows lead from `{room}` back to it")),
            None => Ok(floors),
        }
    }

    /// Adds one chain: each room may use the one before it.
    fn add(&mut self, floor: &str, chain: &[&str]) -> Result<(), String> {
        for room in chain {
            if room.is_empty() || room.contains(char::is_whitespace) {
                return Err(format!("`{room}` on floor {floor} is no room's name"));
            }
            if floor == OUTSIDE {
                self.outside.insert((*room).to_owned());
                continue;
            }
            let floor = floor.parse().map_err(|_| format!("`{floor}` is no floor"))?;
            if *self.rooms.entry((*room).to_owned()).or_insert(floor) != floor {
                return Err(format!("`{room}` stands on two floors"));
            }
        }
        for pair in chain.windows(2) {
            self.uses
                .entry(pair[1].to_owned())
                .or_default()
                .insert(pair[0].to_owned());
        }
        Ok(())
    }

    pub(super) fn floor(&self, room: &str) -> Option<u8> {
        self.rooms.get(room).copied()
    }

    pub(super) fn knows(&self, room: &str) -> bool {
        self.rooms.contains_key(room) || self.outside.contains(room)
    }

    /// Why `room` may not name `other`; `None` where it may.
    pub(super) fn objection(&self, room: &str, other: &str) -> Option<String> {
        if room == other || !self.knows(other) {
            return None;
        }
        match (self.floor(room), self.floor(other)) {
            (_, None) => Some(format!("`{other}` is documentation, which nothing names")),
            (None, _) => Some(format!(
                "`{room}` stands on no floor, so it names no room: `{other}`"
            )),
            (Some(from), Some(to)) if from < to => Some(format!(
                "`{room}` (floor {from}) names `{other}` (floor {to}), which is above it"
            )),
            (Some(from), Some(to)) if from == to && !self.reaches(room, other) => Some(format!(
                "`{room}` names `{other}`, its neighbour on floor {from}, without an arrow"
            )),
            _ => None,
        }
    }

    /// Whether arrows lead from `other` to `room`.
    fn reaches(&self, room: &str, other: &str) -> bool {
        let mut open: Vec<&str> = vec![room];
        let mut seen = BTreeSet::new();
        while let Some(used) = open.pop().and_then(|next| self.uses.get(next)) {
            if used.contains(other) {
                return true;
            }
            open.extend(used.iter().map(String::as_str).filter(|next| seen.insert(*next)));
        }
        false
    }
}

/// The rows `| 8 | main, cli |` of the first table in `page` that is headed `| floor | rooms |`.
fn shown_on(page: &str) -> Option<(usize, String)> {
    let cells = |line: &str| line.trim().trim_matches('|').replace('`', "");
    let heading = |line: &str| cells(line).split('|').map(str::trim).eq(["floor", "rooms"]);
    let at = page.lines().position(heading)?;
    let rows = page
        .lines()
        .skip(at + 2)
        .take_while(|line| line.trim_start().starts_with('|'));
    Some((at + 1, rows.map(|line| cells(line) + "\n").collect()))
}

fn untrue_tables(pages: &[TextFile], table: &str) -> Vec<Violation> {
    let inside = |table: &str| Floors::parse(table).map(|floors| (floors.rooms, floors.uses));
    let shown = pages
        .iter()
        .filter_map(|page| Some((page, shown_on(&page.text)?)));
    let untrue = shown.filter(|(_, (_, rows))| inside(rows) != inside(table));
    untrue
        .map(|(page, (line, _))| Violation::new(&page.path, line, "this is not the table of floors.txt"))
        .collect()
}

#[test]
fn every_room_stands_on_a_floor() {
    let floors = Floors::of_the_house();
    let homeless = house()
        .rooms()
        .into_iter()
        .filter(|(room, _)| !floors.knows(room));
    let violations = homeless.map(|(room, (file, line))| {
        Violation::new(
            file,
            line,
            format!("the top-level module `{room}` is not in the floor table"),
        )
    });
    demand_none(
        violations.collect(),
        "put the code into the room it belongs to; a new room gets its place in tests/it/house/floors.txt and in \
         the manual's table, in a commit that says why",
    );
}

#[test]
fn the_manual_shows_the_floors_as_they_are() {
    let pages = files_in("src/manual", &["md"]);
    let mut violations = untrue_tables(&pages, TABLE);
    if !pages.is_empty() && pages.iter().all(|page| shown_on(&page.text).is_none()) {
        violations.push(Violation::new(
            "src/manual",
            0,
            "no page has the table `| floor | rooms |`",
        ));
    }
    demand_none(
        violations,
        "show the rows of tests/it/house/floors.txt in the manual, in the same notation",
    );
}

#[test]
fn arrows_are_one_way_and_transitive_on_a_floor() {
    let floors = Floors::parse("2 | a → b → c; a → d\n1 | low, other\noutside | book").expect("a table");
    let refused = |room, other| floors.objection(room, other).is_some();
    assert!(!refused("c", "a") && !refused("c", "b") && !refused("d", "a") && !refused("a", "a"));
    assert!(
        refused("a", "c") && refused("b", "d") && refused("d", "c"),
        "against or without an arrow"
    );
    assert!(!refused("a", "low") && refused("low", "a") && refused("low", "other"));
    assert!(refused("a", "book") && refused("book", "low"));
    assert!(
        !refused("a", "serde"),
        "what is no room is no business of the floors"
    );
}

#[test]
fn a_table_that_contradicts_itself_is_refused() {
    for (table, reason) in [
        ("1 | a\n2 | a", "`a` stands on two floors"),
        ("1 | a → b → a", "the arrows lead from `a` back to it"),
        ("1 a", "no `|` in `1 a`"),
        ("top | a", "`top` is no floor"),
        ("1 | a, , b", "`` on floor 1 is no room's name"),
        ("1 | a -> b", "`a -> b` on floor 1 is no room's name"),
    ] {
        assert_eq!(Floors::parse(table), Err(reason.to_owned()), "{table}");
    }
}

#[test]
fn a_page_with_another_table_is_untrue() {
    let page = |rows: &str| TextFile {
        path: "src/manual/tour.md".to_owned(),
        text: format!("# Tour\n\n| floor | rooms |\n|---|---|\n{rows}\nText | with | bars\n"),
    };
    let pages = [
        page("| 1 | `a` → b |\n| 0 | base |\n"),
        page("| 1 | a, b |\n| 0 | base |\n"),
    ];
    let violations = untrue_tables(&pages, "1 | a → b\n0 | base\noutside | manual");
    assert_eq!(
        told(&violations),
        ["src/manual/tour.md:3: this is not the table of floors.txt"]
    );
}
