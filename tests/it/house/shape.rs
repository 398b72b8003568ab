//! The shape of files: how long, how they open, what a `mod.rs` may hold, and what the README says of them.

use super::report::{Violation, demand_none, told};
use super::source::Source;
use super::tree::{TextFile, Tree, exists, files_in, house, text_of};

const LONGEST: usize = 600;

fn too_long(files: &[TextFile]) -> Vec<Violation> {
    let measured = files.iter().map(|file| (file, file.text.lines().count()));
    let long = measured.filter(|(_, lines)| *lines > LONGEST);
    long.map(|(file, lines)| Violation::new(&file.path, LONGEST + 1, format!("the file has {lines} lines")))
        .collect()
}

fn logic_in_maps<'a>(sources: impl IntoIterator<Item = &'a Source>) -> Vec<Violation> {
    let maps = sources
        .into_iter()
        .filter(|source| source.path.ends_with("/mod.rs"));
    let logic = maps.flat_map(|map| {
        map.logic
            .iter()
            .map(|line| Violation::new(&map.path, *line, "a mod.rs holds logic"))
    });
    logic.collect()
}

fn without_purpose(tree: &Tree) -> Vec<Violation> {
    let silent = tree
        .sources
        .iter()
        .filter(|source| !source.text.starts_with("//!"));
    silent
        .map(|source| Violation::new(&source.path, 1, "the file does not open with `//!`"))
        .collect()
}

fn unreadable<'a>(sources: impl IntoIterator<Item = &'a Source>) -> Vec<Violation> {
    let broken = sources.into_iter().filter_map(|source| {
        let (line, error) = source.unreadable.as_ref()?;
        Some(Violation::new(
            &source.path,
            *line,
            format!("the file does not parse: {error}"),
        ))
    });
    broken.collect()
}

/// Files that a row `| RFC .. | src/.. |` of the README names, and that are not there.
fn missing_files(readme: &str, exists: impl Fn(&str) -> bool) -> Vec<Violation> {
    let rows = readme
        .lines()
        .enumerate()
        .filter(|(_, line)| line.trim_start().starts_with('|'));
    let named = rows.flat_map(|(at, row)| {
        let words = row.split(|c: char| c.is_whitespace() || "|`,;()[]".contains(c));
        words
            .filter(|word| word.starts_with("src/"))
            .map(move |word| (at + 1, word))
    });
    let missing = named.filter(|(_, file)| !exists(file));
    missing
        .map(|(line, file)| Violation::new("README.md", line, format!("names `{file}`, which is not there")))
        .collect()
}

fn maps_of_the_tests() -> Vec<Source> {
    let files = files_in("tests", &["rs"])
        .into_iter()
        .filter(|file| file.path.ends_with("/mod.rs"));
    files.map(|file| Source::read(&file.path, &file.text)).collect()
}

#[test]
fn every_source_file_can_be_read() {
    assert!(
        !house().sources.is_empty(),
        "src/ holds no Rust, so no rule of the house was tried"
    );
    demand_none(
        unreadable(house().sources.iter().chain(&maps_of_the_tests())),
        "write it so that `syn` can read it: a file that does not parse escapes every rule of the house",
    );
}

#[test]
fn no_file_is_longer_than_600_lines() {
    let mut files = [files_in("src", &[]), files_in("tests", &[])].concat();
    // Written by a program, and a list of words.
    let others = ["src/manual/products.md", "src/authentication/password/common.txt"];
    let locks = ["/package-lock.json", "/Cargo.lock"];
    files.retain(|file| {
        !others.contains(&file.path.as_str()) && !locks.iter().any(|lock| file.path.ends_with(lock))
    });
    demand_none(
        too_long(&files),
        "part the file by what it is about; the usual length is 100 to 250 lines",
    );
}

#[test]
fn a_mod_file_holds_no_logic() {
    demand_none(
        logic_in_maps(house().sources.iter().chain(&maps_of_the_tests())),
        "keep `mod name;`, `use` and `pub use` with their docs, and move the rest into a file named by what it does",
    );
}

#[test]
fn every_source_file_opens_with_its_purpose() {
    demand_none(
        without_purpose(house()),
        "open the file with `//!`: what it owns, which RFC it follows, what it does not know",
    );
}

#[test]
fn the_readme_names_only_files_that_exist() {
    demand_none(
        missing_files(&text_of("README.md").unwrap_or_default(), exists),
        "correct the path in the README's table of RFCs and files, or remove the row",
    );
}

#[test]
fn a_file_may_have_600_lines_and_no_more() {
    let file = |path: &str, lines| TextFile {
        path: path.to_owned(),
        text: "line\n".repeat(lines),
    };
    let violations = too_long(&[file("src/a.rs", 600), file("src/b.html", 601)]);
    assert_eq!(told(&violations), ["src/b.html:601: the file has 601 lines"]);
}

#[test]
fn only_modules_and_imports_are_no_logic() {
    let map = "//! A room.\n#![allow(x)]\nmod a;\n#[cfg(test)]\nmod tests;\npub(crate) use a::*;\n";
    let logic = [
        "fn f() {}",
        "pub struct S;",
        "const C: u8 = 1;",
        "mod b { }",
        "m!();",
        "impl S {}",
        "type T = u8;",
    ];
    for item in logic {
        let tree = Tree::of([("src/user/mod.rs", format!("{map}{item}").as_str())]);
        assert_eq!(
            told(&logic_in_maps(&tree.sources)),
            ["src/user/mod.rs:7: a mod.rs holds logic"],
            "{item}"
        );
    }
    let tree = Tree::of([("src/user/mod.rs", map), ("src/user.rs", "fn f() {}")]);
    assert_eq!(logic_in_maps(&tree.sources), []);
}

#[test]
fn a_file_that_is_silent_or_broken_is_found() {
    let tree = Tree::of([
        ("src/a.rs", "//! Purpose.\n"),
        ("src/b.rs", "\n//! Late.\n"),
        ("src/c.rs", "//! C.\nfn {}\n"),
    ]);
    assert_eq!(
        told(&without_purpose(&tree)),
        ["src/b.rs:1: the file does not open with `//!`"]
    );
    let broken = told(&unreadable(&tree.sources));
    assert!(
        broken.len() == 1 && broken[0].starts_with("src/c.rs:2: the file does not parse: "),
        "{broken:?}"
    );
}

#[test]
fn the_readmes_rows_are_read_with_or_without_marks() {
    let readme = "| RFC | file |\n|---|---|\n| RFC 7009 | src/endpoint/revoke.rs |\n| RFC 9126 | [`par`](src/par.rs), `src/authorization/` |\nSee src/gone.rs.\n";
    let there = |file: &str| file == "src/endpoint/revoke.rs" || file == "src/authorization/";
    assert_eq!(
        told(&missing_files(readme, there)),
        ["README.md:4: names `src/par.rs`, which is not there"]
    );
}
