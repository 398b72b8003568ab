//! What is public and nobody uses. The compiler is silent about it, since a library's public items are there for others;
//! ours are there for the server, its command line, and the few things that tests must be able to ask for.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::report::{Violation, demand_none, told};
use super::tree::{TextFile, files_in};

/// What only tests and benchmarks ask for, and why it cannot be theirs.
const FOR_TESTS: [(&str, &str); 5] = [
    ("cache_names", "a test brings every cache current, as a poll does"),
    (
        "has_abandoned_work",
        "every test's server refuses answers whose transaction nobody ended",
    ),
    (
        "remove_orphans",
        "the databases of a run that was killed are deleted by the next",
    ),
    ("socket_dir", "a standby is made from a running cluster"),
    (
        "waiting_requests",
        "a test lets requests go once all of them wait for the statement that they will share",
    ),
];

/// What names stand in code that is no test, no import and no definition.
#[derive(Default)]
struct Names {
    used: BTreeSet<String>,
    /// Name, file and line.
    public: Vec<(String, String, usize)>,
}

impl Names {
    fn of(files: &[TextFile]) -> Self {
        let mut names = Self::default();
        for file in files.iter().filter(|file| !is_of_tests(&file.path)) {
            if Path::new(&file.path).extension() == Some(OsStr::new("rs")) {
                let tokens: TokenStream = file.text.parse().expect("Rust");
                names.read(&file.path, tokens);
            } else {
                // A template calls methods of its page.
                let words = file.text.split(|character: char| !is_of_a_name(character));
                words.for_each(|word| names.used(word.to_owned()));
            }
        }
        names
    }

    fn used(&mut self, name: String) {
        self.used.insert(name);
    }

    fn read(&mut self, path: &str, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = trees.as_slice();
        while let Some(first) = rest.first() {
            let taken = if let Some(passed) = test_or_import(rest) {
                passed
            } else if let Some((name, line, taken)) = definition(rest) {
                if is_word(Some(first), &["pub"]) {
                    self.public.push((name, path.to_owned(), line));
                }
                taken
            } else {
                match first {
                    TokenTree::Group(group) => self.read(path, group.stream()),
                    TokenTree::Ident(name) => self.used(name.to_string()),
                    TokenTree::Punct(_) | TokenTree::Literal(_) => {}
                }
                1
            };
            rest = rest.get(taken..).unwrap_or_default();
        }
    }

    fn unused(&self) -> Vec<Violation> {
        let nobody_uses = |name: &str| !self.used.contains(name);
        let permitted = |name: &str| FOR_TESTS.iter().any(|(permitted, _)| *permitted == name);
        self.public
            .iter()
            .filter(|(name, ..)| nobody_uses(name) && !permitted(name))
            .map(|(name, path, line)| Violation::new(path, *line, format!("nobody uses {name}")))
            .collect()
    }
}

fn is_of_tests(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

fn is_of_a_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn is_word(tree: Option<&TokenTree>, words: &[&str]) -> bool {
    matches!(tree, Some(TokenTree::Ident(name)) if words.iter().any(|word| name == word))
}

/// How many tokens an import, or an item of tests, takes.
fn test_or_import(trees: &[TokenTree]) -> Option<usize> {
    let is_mark = |tree: &TokenTree, mark| matches!(tree, TokenTree::Punct(found) if found.as_char() == mark);
    let ends = |tree: &TokenTree| {
        is_mark(tree, ';') || matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
    };
    if is_word(trees.first(), &["use"]) {
        return trees
            .iter()
            .position(|tree| is_mark(tree, ';'))
            .map(|end| end + 1);
    }
    let (Some(mark), Some(TokenTree::Group(attribute))) = (trees.first(), trees.get(1)) else {
        return None;
    };
    let of_tests =
        is_mark(mark, '#') && ["cfg (test)", "cfg(test)"].contains(&attribute.stream().to_string().as_str());
    of_tests.then(|| trees.iter().position(ends).map_or(trees.len(), |end| end + 1))
}

/// The name and line of an item that stands here, and the tokens up to its name.
fn definition(trees: &[TokenTree]) -> Option<(String, usize, usize)> {
    let mut at = usize::from(is_word(trees.first(), &["pub"]));
    while is_word(trees.get(at), &["async", "unsafe"])
        || is_word(trees.get(at), &["const"]) && is_word(trees.get(at + 1), &["fn", "async", "unsafe"])
    {
        at += 1;
    }
    let item = ["fn", "struct", "enum", "trait", "type", "static", "const"];
    match trees.get(at + 1) {
        Some(TokenTree::Ident(name)) if is_word(trees.get(at), &item) => {
            Some((name.to_string(), name.span().start().line, at + 2))
        }
        _ => None,
    }
}

#[test]
fn what_is_public_is_used() {
    let names = Names::of(&files_in("src", &["rs", "html"]));
    demand_none(
        names.unused(),
        "delete it; or, if a test cannot do without it, add it to FOR_TESTS with the reason",
    );
    for (name, _) in FOR_TESTS {
        assert!(
            names.public.iter().any(|(public, ..)| public == name),
            "there is no {name} any more"
        );
        assert!(!names.used.contains(name), "the server uses {name} by now");
    }
}

#[test]
fn a_use_in_tests_and_in_imports_is_none() {
    let file = |path: &str, text: &str| TextFile {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let names = Names::of(&[
        file(
            "src/user/email.rs",
            "/// Like unused.\npub const fn unused() {}\npub struct Used;\npub fn of_the_page() {}\nfn private() {}\n\
             #[cfg(test)]\nmod tests { #[test] fn it() { super::unused(); super::imported() } }\n\
             pub async fn imported() -> Used { private() }\npub const LIMIT: u8 = 1;",
        ),
        file("src/user/mod.rs", "pub use email::{LIMIT, imported};"),
        file("src/user/tests.rs", "fn it() { unused() }"),
        file("templates/page.html", "{{ page.of_the_page() }}"),
    ]);
    assert_eq!(
        told(&names.unused()),
        [
            "src/user/email.rs:2: nobody uses unused",
            "src/user/email.rs:8: nobody uses imported",
            "src/user/email.rs:9: nobody uses LIMIT",
        ]
    );
}
