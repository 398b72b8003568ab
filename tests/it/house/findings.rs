//! What `signet doctor` may find: each id stands in the code, in the manual with what to do, and in a test.

use std::collections::BTreeSet;

use super::tree::files_in;

const LIST: &str = "src/cli/doctor/finding.rs";
const MANUAL: &str = "src/manual/operations.md";
/// Where the manual's table stands.
const HEADING: &str = "## What the doctor finds";

fn read(path: &str) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let files = files_in(folder, &["rs", "md"]);
    let found = files.into_iter().find(|file| file.path == path);
    found.unwrap_or_else(|| panic!("no {path}")).text
}

/// The names in `Self::Name => "name"`.
fn in_code(text: &str) -> BTreeSet<String> {
    let arms = text.lines().filter_map(|line| line.trim().split_once(" => \""));
    let named = arms.filter(|(arm, _)| arm.starts_with("Self::"));
    named
        .filter_map(|(_, name)| Some(name.split_once('"')?.0.to_owned()))
        .collect()
}

/// The names that rows of the manual's table begin with; each row has three cells that say something.
fn in_manual(text: &str) -> BTreeSet<String> {
    let (_, section) = text.split_once(HEADING).expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert!(
            cells.len() == 3 && cells.iter().all(|cell| !cell.is_empty()),
            "{row}"
        );
        cells[0].trim_matches('`').to_owned()
    })
    .collect()
}

#[test]
fn each_finding_of_the_doctor_is_explained_and_provoked() {
    let code = in_code(&read(LIST));
    assert!(code.len() > 20, "{code:?}");
    assert_eq!(in_manual(&read(MANUAL)), code, "{MANUAL}, {HEADING}");
    let tests = files_in("tests/it", &["rs"]);
    let tests: Vec<_> = tests
        .iter()
        .filter(|file| !file.path.starts_with("tests/it/house/"))
        .collect();
    let provoked = |id: &str| tests.iter().any(|file| file.text.contains(&format!("\"{id}\"")));
    let unprovoked: Vec<&String> = code.iter().filter(|id| !provoked(id)).collect();
    assert!(unprovoked.is_empty(), "no test provokes {unprovoked:?}");
}

#[test]
fn names_are_read_from_code_and_manual() {
    let code = "match self {\n    Self::One => \"one.first\",\n    other => \"none\",\n}";
    assert_eq!(in_code(code).into_iter().collect::<Vec<_>>(), ["one.first"]);
    let manual = "# Book\n## What the doctor finds\n| id | means | do |\n|---|---|---|\n| `one.first` | a | b |\n## Next\n| `x` | a | b |\n";
    assert_eq!(in_manual(manual).into_iter().collect::<Vec<_>>(), ["one.first"]);
}
