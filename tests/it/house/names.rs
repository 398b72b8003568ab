//! Names: what a written path stands for, seen from the module it is written in.

use std::collections::{BTreeMap, BTreeSet};

/// The name under which the binary, and anyone who says `extern crate self`, sees the library.
const PACKAGE: &str = "signet";

/// How many imports of one file may stand on each other, so that a loop of them ends.
const MOST_IMPORTS: usize = 8;

/// A path as it is written. A glob ends in `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// Whether it opens with `::`, so that it can only be a crate.
    pub(super) global: bool,
    pub(super) segments: Vec<String>,
}

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// Into the house: the path from the crate root; the first segment is a room.
    House(Vec<String>),
    /// Anything else: another crate, the prelude, or a name local to the function.
    Elsewhere(Vec<String>),
}

/// Where a path stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Import,
    Path,
    Macro,
}

/// A path with what it leads to.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) target: Target,
    pub(super) form: Form,
    /// Reached through a `use` of the same file, which is a reference of its own.
    pub(super) through_import: bool,
    pub(super) line: usize,
}

impl Reference {
    /// The path outside the house, where it is more than a single local name.
    pub(super) fn elsewhere(&self) -> Option<&[String]> {
        match &self.target {
            Target::Elsewhere(path) if path.len() > 1 || self.form != Form::Path => Some(path),
            _ => None,
        }
    }

    /// Whether it is `name`, or something of it, by a name that is not followed to its origin.
    pub(super) fn names(&self, name: &str) -> bool {
        matches!(&self.target, Target::Elsewhere(path) if path.first().is_some_and(|first| first == name))
    }

    /// The path from the crate root.
    pub(super) fn house(&self) -> Option<&[String]> {
        match &self.target {
            Target::House(path) => Some(path),
            Target::Elsewhere(_) => None,
        }
    }
}

/// Whether `path` lies below `prefix`. A glob stands for every name, so it names the rest of the prefix too.
pub(super) fn lies_below(path: &[String], prefix: &[&str]) -> bool {
    for (at, wanted) in prefix.iter().enumerate() {
        match path.get(at).map(String::as_str) {
            Some("*") => return true,
            Some(segment) if segment == *wanted => {}
            _ => return false,
        }
    }
    true
}

/// The names that the modules of one file declare: child modules and imports.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    children: BTreeSet<Vec<String>>,
    imports: BTreeMap<(Vec<String>, String), Written>,
}

impl Scopes {
    pub(super) fn declare_module(&mut self, scope: &[String], name: &str) {
        self.children.insert(joined(scope, &[name.to_owned()]));
    }

    pub(super) fn import(&mut self, scope: &[String], name: String, written: Written) {
        self.imports.insert((scope.to_vec(), name), written);
    }

    /// What the imports of `scope` stand for, by the name they have there.
    pub(super) fn imported(&self, scope: &[String]) -> Vec<(String, Target)> {
        let here = self
            .imports
            .iter()
            .filter(|((module, _), _)| module.as_slice() == scope);
        here.map(|((_, name), written)| (name.clone(), self.resolve(scope, written).0))
            .collect()
    }

    /// What `written` leads to from `scope`, and whether an import was on the way.
    pub(super) fn resolve(&self, scope: &[String], written: &Written) -> (Target, bool) {
        self.resolve_within(scope, written, MOST_IMPORTS)
    }

    fn resolve_within(&self, scope: &[String], written: &Written, imports_left: usize) -> (Target, bool) {
        let Some((first, rest)) = written.segments.split_first() else {
            return (Target::Elsewhere(Vec::new()), false);
        };
        let inside = |base: &[String]| (Target::House(joined(base, rest)), false);
        match first.as_str() {
            PACKAGE => inside(&[]),
            _ if written.global => (Target::Elsewhere(written.segments.clone()), false),
            "crate" if scope.first().is_some_and(|room| room == "main") => inside(&scope[..1]),
            "crate" => inside(&[]),
            "self" | "super" => {
                let own = written
                    .segments
                    .strip_prefix(&["self".to_owned()])
                    .unwrap_or(&written.segments);
                let climbs = own.iter().take_while(|segment| *segment == "super").count();
                let base = &scope[..scope.len().saturating_sub(climbs)];
                (Target::House(joined(base, &own[climbs..])), false)
            }
            _ => self.resolve_name(scope, written, imports_left),
        }
    }

    /// A path that opens with a name: an import's, else a child module's, else a crate's or a local one.
    fn resolve_name(&self, scope: &[String], written: &Written, imports_left: usize) -> (Target, bool) {
        let (first, rest) = written.segments.split_at(1);
        let import = self.imports.get(&(scope.to_vec(), first.concat()));
        if let Some(import) = import.filter(|import| imports_left > 0 && !import.segments.starts_with(first))
        {
            return match self.resolve_within(scope, import, imports_left - 1).0 {
                Target::House(path) => (Target::House(joined(&path, rest)), true),
                Target::Elsewhere(path) => (Target::Elsewhere(joined(&path, rest)), true),
            };
        }
        if self.children.contains(&joined(scope, first)) {
            return (Target::House(joined(scope, &written.segments)), false);
        }
        (Target::Elsewhere(written.segments.clone()), false)
    }
}

fn joined(base: &[String], rest: &[String]) -> Vec<String> {
    base.iter().chain(rest).cloned().collect()
}

#[test]
fn imports_that_stand_on_each_other_come_to_an_end() {
    let written = |path: &str| Written {
        global: false,
        segments: path.split("::").map(str::to_owned).collect(),
    };
    let mut scopes = Scopes::default();
    scopes.import(&[], "a".to_owned(), written("b::x"));
    scopes.import(&[], "b".to_owned(), written("a::y"));
    assert!(matches!(
        scopes.resolve(&[], &written("a::z")),
        (Target::Elsewhere(_), true)
    ));
}
